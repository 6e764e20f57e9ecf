import { describe, expect, it } from 'vitest';
import type { Field } from '../../../ingest/cf/find-variables.ts';
import type { GridLayout } from '../../../ingest/cf/grid-layout.ts';
import { packingOf } from '../../../ingest/cf/packing.ts';
import type { DataFile, DataVariable } from '../../../ingest/formats/data-file.ts';
import { PointReader } from '../../../ingest/sampling/read-grid-points.ts';
import { seededRandom } from '../../../src/domain/random.ts';

/** A grid [time, y, x] whose values are 1e6 t + 1e3 y + x; what is read of it is written down. */
function gridOf(shape: [number, number, number], chunk?: number[]) {
  const reads: { start: number[]; count: number[] }[] = [];
  const variable: DataVariable = {
    name: 't',
    type: 'double',
    dimensions: ['t', 'y', 'x'],
    shape,
    attributes: new Map(),
    chunk,
  };
  const grid = {
    read: async (_: DataVariable, start: number[], count: number[]) => {
      reads.push({ start, count });
      const values: number[] = [];
      for (let t = 0; t < count[0]; t++) {
        for (let y = 0; y < count[1]; y++) {
          for (let x = 0; x < count[2]; x++) values.push(1e6 * (start[0] + t) + 1e3 * (start[1] + y) + start[2] + x);
        }
      }
      return Float64Array.from(values);
    },
  } as unknown as DataFile;
  const layout = { kind: 'cells', timeAxis: 0, rowAxis: 1, columnAxis: 2 } as GridLayout;
  const packing = packingOf(variable, 'grid');
  const field: Field<GridLayout> = { name: 'temperature_2m', variable, layout, packing };
  return { reads, reader: (points: [number, number][]) => readerOf(grid, field, points) };
}

function readerOf(grid: DataFile, field: Field<GridLayout>, points: [number, number][]): PointReader {
  const [rows, columns] = [0, 1].map((i) => Int32Array.from(points, (point) => point[i]));
  return new PointReader(grid, field, { rows, columns });
}

const wanted = (points: [number, number][], first: number, count: number) =>
  Array.from({ length: count }, (_, t) => points.map(([y, x]) => 1e6 * (first + t) + 1e3 * y + x)).flat();

describe('the values at points', () => {
  const { uniform } = seededRandom('points');
  const shapes = [undefined, [2, 3, 4], [1, 20, 30], [5, 1, 1], [1, 7, 30]];

  it.each(shapes.map((chunk) => [`${chunk ?? 'no'}`, chunk] as const))('chunks of %s', async (_, chunk) => {
    const { reader } = gridOf([6, 20, 30], chunk?.slice());
    for (let round = 0; round < 10; round++) {
      const keys = new Set(Array.from({ length: 1 + Math.floor(40 * uniform()) }, () => Math.floor(600 * uniform())));
      const points = [...keys].sort((a, b) => a - b).map((key): [number, number] => [Math.floor(key / 30), key % 30]);
      const [first, count] = [Math.floor(5 * uniform()), 1 + Math.floor(2 * uniform())];
      if (first + count > 6) continue;
      expect(Array.from(await reader(points).read(first, count))).toEqual(wanted(points, first, count));
    }
  });
});

it('reads only the chunks that hold points, neighbours together', async () => {
  const { reads, reader } = gridOf([4, 100, 100], [4, 10, 10]);
  await reader([
    [5, 5],
    [15, 5],
    [95, 91],
    [95, 99],
  ]).read(0, 4);
  expect(reads).toEqual([
    { start: [0, 0, 0], count: [4, 20, 10] },
    { start: [0, 90, 90], count: [4, 10, 10] },
  ]);
});

it('without chunks: whole rows, from the first to the last that is needed', async () => {
  const { reads, reader } = gridOf([4, 100, 100]);
  await reader([
    [5, 5],
    [15, 50],
  ]).read(1, 2);
  expect(reads).toEqual([{ start: [1, 5, 0], count: [2, 11, 100] }]);
});

it('never reads more than 32 MiB of tiles at once', async () => {
  const { reads, reader } = gridOf([40, 400, 400], [40, 50, 50]);
  const points = Array.from({ length: 64 }, (_, i): [number, number] => [50 * Math.floor(i / 8), 50 * (i % 8)]);
  await reader(points).read(0, 40);
  expect(reads.length).toBeGreaterThan(1);
  for (const { count } of reads) expect(count[0] * count[1] * count[2] * 8).toBeLessThanOrEqual(32 * 1024 * 1024);
  expect(reads.reduce((sum, { count }) => sum + count[1] * count[2], 0)).toBe(160_000);
});
