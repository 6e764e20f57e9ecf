/**
 * Balanced k-means of points in space: k clusters whose sizes differ by at most one, deterministic.
 *
 * With two centres the best assignment of prescribed sizes is exact: sort the points along the line between the
 * centres and cut. So clusters are first made by bisection (balanced 2-means from the two farthest points), and then
 * polished by splitting the union of each two neighbours anew, which lowers the sum of squares at every change.
 */

/** A point, as unit vectors are: [x, y, z]. */
export type Vector = readonly [number, number, number];

/** Of Lloyd's iteration with two centres; it settles in about ten. */
const SPLIT_ITERATIONS = 40;
const POLISH_ROUNDS = 12;
/** On a surface a cell touches about six others. */
const NEIGHBOURS = 8;

/**
 * Groups points into `clusters` clusters of floor(n/k) or ceil(n/k) members; neighbours in the list are near in space.
 * Members are named by their index in `points` and keep the order in which they were given, which alone breaks ties.
 *
 * @param points the coordinates.
 * @param members the indices to group.
 */
export function balancedClusters(points: readonly Vector[], members: readonly number[], clusters: number): number[][] {
  const rank = new Map(members.map((member, position) => [member, position]));
  return polish(points, bisect(points, members, clusters), (a, b) => rank.get(a)! - rank.get(b)!);
}

function bisect(points: readonly Vector[], members: readonly number[], clusters: number): number[][] {
  if (clusters === 1) return [[...members]];
  const leftClusters = Math.ceil(clusters / 2);
  const size = Math.floor(members.length / clusters);
  const larger = members.length % clusters;
  const leftSize = leftClusters * size + Math.round((larger * leftClusters) / clusters);
  const [left, right] = split(points, members, leftSize, farthestPair(points, members));
  return [...bisect(points, left, leftClusters), ...bisect(points, right, clusters - leftClusters)];
}

/** The member farthest from the mean, and the member farthest from that one. */
function farthestPair(points: readonly Vector[], members: readonly number[]): [Vector, Vector] {
  const first = farthestFrom(points, members, mean(points, members));
  return [first, farthestFrom(points, members, first)];
}

function farthestFrom(points: readonly Vector[], members: readonly number[], from: Vector): Vector {
  let farthest = from;
  let most = -1;
  for (const member of members) {
    const distance = squaredDistance(points[member], from);
    if (distance > most) {
      most = distance;
      farthest = points[member];
    }
  }
  return farthest;
}

/** Balanced 2-means from two given centres: the first part gets `leftSize` members. */
function split(
  points: readonly Vector[],
  members: readonly number[],
  leftSize: number,
  centres: readonly [Vector, Vector],
): [number[], number[]] {
  let [a, b] = centres;
  let parts: [number[], number[]] = [[], []];
  for (let iteration = 0; iteration < SPLIT_ITERATIONS; iteration++) {
    const next = cut(points, members, leftSize, [a[0] - b[0], a[1] - b[1], a[2] - b[2]]);
    const settled = next[0].length === parts[0].length && next[0].every((member, i) => member === parts[0][i]);
    parts = next;
    if (settled) break;
    a = mean(points, parts[0]);
    b = mean(points, parts[1]);
  }
  return parts;
}

/** The `leftSize` members farthest along a direction, and the others; equal ones go left in the order of `members`. */
function cut(
  points: readonly Vector[],
  members: readonly number[],
  leftSize: number,
  direction: Vector,
): [number[], number[]] {
  const along = Float64Array.from(members, (member) => dot(points[member], direction));
  const threshold = Float64Array.from(along).sort()[members.length - leftSize];
  let equalPlaces = leftSize;
  for (const value of along) if (value > threshold) equalPlaces--;
  const left: number[] = [];
  const right: number[] = [];
  for (let i = 0; i < members.length; i++) {
    const goesLeft = along[i] > threshold || (along[i] === threshold && equalPlaces-- > 0);
    (goesLeft ? left : right).push(members[i]);
  }
  return [left, right];
}

/** Splits the union of neighbouring clusters anew until no pair gains. Sizes stay. */
function polish(points: readonly Vector[], start: number[][], byRank: (a: number, b: number) => number): number[][] {
  const clusters = [...start];
  const centres = clusters.map((cluster) => mean(points, cluster));
  for (let round = 0; round < POLISH_ROUNDS; round++) {
    let changed = false;
    for (let i = 0; i < clusters.length; i++) {
      for (const j of nearest(centres, i)) {
        if (j < i) continue;
        const union = [...clusters[i], ...clusters[j]].sort(byRank);
        const [left, right] = split(points, union, clusters[i].length, [centres[i], centres[j]]);
        const before = spread(points, clusters[i]) + spread(points, clusters[j]);
        if (spread(points, left) + spread(points, right) < before * (1 - 1e-9)) {
          clusters[i] = left;
          clusters[j] = right;
          centres[i] = mean(points, left);
          centres[j] = mean(points, right);
          changed = true;
        }
      }
    }
    if (!changed) break;
  }
  return clusters;
}

function nearest(centres: readonly Vector[], index: number): number[] {
  return centres
    .map((centre, other) => ({ other, distance: squaredDistance(centre, centres[index]) }))
    .filter(({ other }) => other !== index)
    .sort((a, b) => a.distance - b.distance || a.other - b.other)
    .slice(0, NEIGHBOURS)
    .map(({ other }) => other);
}

/** Sum of squared distances to the mean. */
function spread(points: readonly Vector[], members: readonly number[]): number {
  const centre = mean(points, members);
  let total = 0;
  for (const member of members) total += squaredDistance(points[member], centre);
  return total;
}

function mean(points: readonly Vector[], members: readonly number[]): Vector {
  let x = 0;
  let y = 0;
  let z = 0;
  for (const member of members) {
    x += points[member][0];
    y += points[member][1];
    z += points[member][2];
  }
  return [x / members.length, y / members.length, z / members.length];
}

export function squaredDistance(a: Vector, b: Vector): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
