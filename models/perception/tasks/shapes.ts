/** Points on the surfaces of solids, turned at random, few and not quite in place, as a scanner gives them. */
import { type Random, seededRandom } from '../../../src/domain/random.ts';
import { pointMap } from '../../modalities/points/projections.ts';
import { type DataSet, MAP_SIZE } from './data-set.ts';

type Point = [x: number, y: number, z: number];

const POINTS = 512;
const NOISE = 0.02;

/** A random point on each surface; sizes are about one. */
const SOLIDS: Readonly<Record<string, (random: Random) => Point>> = {
  sphere: (random) => scaled(direction(random), 1),
  cube: (random) => onBox(random, [0.8, 0.8, 0.8]),
  cone(random) {
    const [x, y] = onCircle(random);
    const radius = 0.9 * Math.sqrt(random.uniform());
    const onBase = random.uniform() < 0.35;
    return [radius * x, radius * y, onBase ? -0.8 : 0.8 - (1.6 * radius) / 0.9];
  },
  torus(random) {
    const [[x, y], [near, up]] = [onCircle(random), onCircle(random)];
    return [x * (0.75 + 0.25 * near), y * (0.75 + 0.25 * near), 0.25 * up];
  },
  tetrahedron(random) {
    const corners: Point[] = [
      [1, 1, 1],
      [1, -1, -1],
      [-1, 1, -1],
      [-1, -1, 1],
    ];
    corners.splice(Math.floor(random.uniform() * 4), 1);
    let [a, b] = [random.uniform(), random.uniform()];
    if (a + b > 1) [a, b] = [1 - a, 1 - b];
    return [0, 1, 2].map(
      (i) => 0.8 * (corners[0][i] + a * (corners[1][i] - corners[0][i]) + b * (corners[2][i] - corners[0][i])),
    ) as Point;
  },
};

export function openShapes(): DataSet {
  const classes = Object.keys(SOLIDS);
  return {
    sense: 'points',
    task: `which of five solids ${POINTS} noisy points lie on, turned at random`,
    classes,
    example(split, index) {
      const label = index % classes.length;
      const random = seededRandom(`solid ${split} ${index}`);
      const turn = randomTurn(random);
      const points = new Float64Array(POINTS * 3);
      for (let point = 0; point < POINTS; point++) {
        const place = SOLIDS[classes[label]](random);
        for (let axis = 0; axis < 3; axis++) {
          const turned = turn[axis].reduce((sum, weight, i) => sum + weight * place[i], 0);
          points[point * 3 + axis] = turned + NOISE * random.normal();
        }
      }
      return { label, map: pointMap(points, { height: MAP_SIZE, width: MAP_SIZE }) };
    },
  };
}

function direction(random: Random): Point {
  const point: Point = [random.normal(), random.normal(), random.normal()];
  return scaled(point, 1 / Math.hypot(...point));
}

function scaled(point: Point, by: number): Point {
  return stretched(point, [by, by, by]);
}

function stretched(point: Point, by: Point): Point {
  return [point[0] * by[0], point[1] * by[1], point[2] * by[2]];
}

function onCircle(random: Random): [number, number] {
  const turn = 2 * Math.PI * random.uniform();
  return [Math.cos(turn), Math.sin(turn)];
}

/** On a box of half sides `sides`, each face as often as its area. */
function onBox(random: Random, sides: Point): Point {
  const areas = [sides[1] * sides[2], sides[0] * sides[2], sides[0] * sides[1]];
  let pick = random.uniform() * (areas[0] + areas[1] + areas[2]);
  const face = areas.findIndex((area) => {
    pick -= area;
    return pick < 0;
  });
  return sides.map((side, axis) => {
    if (axis === Math.max(0, face)) return random.uniform() < 0.5 ? -side : side;
    return side * (2 * random.uniform() - 1);
  }) as Point;
}

/** A turn that prefers none: the matrix of a random quaternion of length one. */
function randomTurn(random: Random): number[][] {
  const raw = [random.normal(), random.normal(), random.normal(), random.normal()];
  const length = Math.hypot(...raw);
  const [w, x, y, z] = raw.map((value) => value / length);
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
}
