import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildStationTree,
  gatherSlots,
  type StationTree,
  scatterSlots,
  slotMask,
} from '../../../models/station-tree/station-tree.ts';
import { distanceKm, type Point } from '../../../src/domain/geo.ts';
import { isKernelcastError } from '../../../src/errors.ts';

/** Places spread evenly over the sphere by the golden angle. */
function spiral(count: number): Point[] {
  return Array.from({ length: count }, (_, i) => ({
    latitude: (Math.asin(1 - (2 * i + 1) / count) * 180) / Math.PI,
    longitude: ((i * 137.50776405) % 360) - 180,
  }));
}

const place = fc.record({
  latitude: fc.integer({ min: -90, max: 90 }),
  longitude: fc.integer({ min: -180, max: 179 }),
});

/** A coarse grid, on which many distances are equal, and places too. */
const gridPlace = fc.record({
  latitude: fc.integer({ min: -1, max: 1 }).map((row) => 45 * row),
  longitude: fc.integer({ min: -2, max: 1 }).map((column) => 90 * column),
});

function meanDistance(nodes: readonly number[][], stations: readonly Point[]): number {
  let total = 0;
  let pairs = 0;
  for (const node of nodes) {
    const members = node.filter((station) => station >= 0);
    for (let i = 0; i < members.length; i++) {
      for (let j = 0; j < i; j++) {
        total += distanceKm(stations[members[i]], stations[members[j]]);
        pairs++;
      }
    }
  }
  return total / pairs;
}

function sizes(groups: readonly number[][]): number[] {
  return groups.map((group) => group.filter((station) => station >= 0).length);
}

function coarseGroups(tree: StationTree): number[][] {
  const perGroup = tree.nodes.length / tree.branching[0];
  return Array.from({ length: tree.branching[0] }, (_, group) =>
    tree.nodes.slice(group * perGroup, (group + 1) * perGroup).flat(),
  );
}

/** The tree with each station written as its place, slots of a node in any order. */
function asPlaces(tree: StationTree, stations: readonly Point[]): string[][] {
  return tree.nodes.map((node) =>
    node
      .map((station) => (station < 0 ? 'none' : `${stations[station].latitude},${stations[station].longitude}`))
      .sort(),
  );
}

describe('buildStationTree', () => {
  it('puts every station into exactly one slot, with sizes that differ by at most one at each level', () => {
    fc.assert(
      fc.property(
        fc.array(place, { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 1, max: 12 }),
        (stations, size) => {
          const tree = buildStationTree(stations, { stationsPerNode: size, branching: 'auto' });
          expect(tree.nodes.length).toBe(tree.branching.reduce((a, b) => a * b));
          expect(tree.nodes.every((node) => node.length === size)).toBe(true);
          const placed = tree.nodes.flat().filter((station) => station !== -1);
          expect(placed.sort((a, b) => a - b)).toEqual(stations.map((_, index) => index));
          for (const groups of [tree.nodes, coarseGroups(tree)]) {
            expect(Math.max(...sizes(groups)) - Math.min(...sizes(groups))).toBeLessThanOrEqual(1);
            expect(Math.min(...sizes(groups))).toBeGreaterThanOrEqual(1);
          }
        },
      ),
    );
  });

  it('follows a given branching, and leaves the padding last in its node', () => {
    const tree = buildStationTree(spiral(50), { stationsPerNode: 5, branching: [3, 2, 2] });
    expect(tree.branching).toEqual([3, 2, 2]);
    expect(tree.nodes.length).toBe(12);
    expect(tree.nodes.flat().filter((station) => station === -1).length).toBe(10);
    for (const node of tree.nodes) expect(node.indexOf(-1) === -1 || node.indexOf(-1) === 4).toBe(true);
  });

  const sizes80 = { minLength: 2, maxLength: 80 };
  const placesToShuffle = fc.oneof(fc.array(place, sizes80), fc.array(gridPlace, sizes80));

  it('does not depend on the order of the stations nor on how longitudes are written', () => {
    fc.assert(
      fc.property(placesToShuffle, fc.infiniteStream(fc.nat()), (stations, keys) => {
        const options = { stationsPerNode: 4, branching: 'auto' } as const;
        const key = stations.map(() => keys.next().value as number);
        const shuffled = stations.map((_, i) => i).sort((a, b) => key[a] - key[b]);
        const rewritten = stations.map(({ latitude, longitude }) => ({ latitude, longitude: longitude + 360 }));
        const tree = buildStationTree(stations, options);
        const places = asPlaces(tree, stations);
        const moved = shuffled.map((i) => stations[i]);
        expect(asPlaces(buildStationTree(moved, options), moved)).toEqual(places);
        expect(buildStationTree(rewritten, options)).toEqual(tree);
        expect(buildStationTree(stations, options)).toEqual(tree);
      }),
    );
  });

  it('makes compact nodes, across the date line too', () => {
    const stations = spiral(660);
    const tree = buildStationTree(stations, { stationsPerNode: 11, branching: 'auto' });
    const dealt = tree.nodes.map((_, node) => Array.from({ length: 11 }, (_, slot) => slot * 60 + node));
    expect(meanDistance(tree.nodes, stations)).toBeLessThan(0.17 * meanDistance(dealt, stations));
    expect(meanDistance(coarseGroups(tree), stations)).toBeLessThan(0.5 * meanDistance(dealt, stations));

    const pacific = [179, -179, 178, -178, 0, 1, 2, 3].map((longitude) => ({ latitude: 0, longitude }));
    const halves = buildStationTree(pacific, { stationsPerNode: 4, branching: [2] }).nodes;
    expect(halves.map((node) => [...node].sort()).sort()).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });

  it('names the most central station of a node first', () => {
    const line = [10, 40, 20, 30, 0].map((longitude) => ({ latitude: 0, longitude }));
    const [node] = buildStationTree(line, { stationsPerNode: 6, branching: [1] }).nodes;
    expect(node[0]).toBe(2);
    expect([...node.slice(1, 3)].sort()).toEqual([0, 3]);
    expect(node[5]).toBe(-1);
  });

  it('separates eight towns of eleven stations each without a mistake', () => {
    const towns = spiral(8);
    const stations = Array.from({ length: 88 }, (_, i) => ({
      latitude: towns[i % 8].latitude + 0.1 * Math.sin(i),
      longitude: towns[i % 8].longitude + 0.1 * Math.cos(i),
    }));
    const tree = buildStationTree(stations, { stationsPerNode: 11, branching: [8] });
    for (const node of tree.nodes) expect(new Set(node.map((station) => station % 8)).size).toBe(1);
  });

  it('groups 38,500 stations in seconds', () => {
    const started = performance.now();
    const tree = buildStationTree(spiral(38_500), { stationsPerNode: 11, branching: [50, 70] });
    expect(tree.nodes.length).toBe(3500);
    expect(performance.now() - started).toBeLessThan(25_000);
  });

  it('keeps stations at one place apart only by their index', () => {
    const stations = Array.from({ length: 7 }, () => ({ latitude: 52, longitude: 5 }));
    expect(buildStationTree(stations, { stationsPerNode: 2, branching: [4] }).nodes).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, -1],
    ]);
  });

  it('survives JSON', () => {
    const tree = buildStationTree(spiral(10), { stationsPerNode: 3, branching: 'auto' });
    expect(JSON.parse(JSON.stringify(tree))).toEqual(tree);
  });

  it.each([
    ['no station', [], [1]],
    ['a latitude beyond the pole', [{ latitude: 91, longitude: 0 }], [1]],
    ['a longitude that is no number', [{ latitude: 0, longitude: Number.NaN }], [1]],
    ['fewer slots than stations', spiral(7), [3]],
    ['more nodes than stations', spiral(7), [2, 4]],
    ['a fractional branching', spiral(7), [3.5]],
    ['an empty branching', spiral(2), []],
  ])('refuses %s', (_, stations, branching) => {
    const build = () => buildStationTree(stations, { stationsPerNode: 2, branching });
    expect(build).toThrow();
    try {
      build();
    } catch (error) {
      expect(isKernelcastError(error, 'STATIONS')).toBe(true);
    }
  });
});

describe('slots', () => {
  it('are filled from stations and emptied back, with zeros in the padding', () => {
    const tree = buildStationTree(spiral(7), { stationsPerNode: 3, branching: [3] });
    const values = Float32Array.from({ length: 14 }, (_, i) => i + 1);
    const slots = gatherSlots(tree, values, 7);
    expect(slots.length).toBe(18);
    slotMask(tree).forEach((real, slot) => {
      expect(slots[slot] !== 0).toBe(real === 1);
    });
    expect(scatterSlots(tree, slots, 7)).toEqual(values);
  });
});
