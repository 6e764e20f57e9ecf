import { NetCDFReader } from 'netcdfjs';
import { describe, expect, it } from 'vitest';
import { worldGrid } from '../../../ingest/sample-world/grid.ts';
import { landFraction } from '../../../ingest/sample-world/land.ts';
import { DEFAULT_START, type MonthFile, monthFiles } from '../../../ingest/sample-world/month-files.ts';
import { sampleWorld } from '../../../ingest/sample-world/world.ts';
import { formatHour, parseHour } from '../../../src/domain/time.ts';

async function collect(options: Parameters<typeof monthFiles>[0]): Promise<MonthFile[]> {
  const files: MonthFile[] = [];
  for await (const file of monthFiles({ resolution: 30, ...options })) files.push(file);
  return files;
}

function attributesOf(reader: NetCDFReader, name: string): Record<string, unknown> {
  const variable = reader.variables.find((candidate) => candidate.name === name);
  const attributes = (variable?.attributes ?? []) as unknown as { name: string; value: unknown }[];
  return Object.fromEntries(attributes.map(({ name: key, value }) => [key, value]));
}

describe('the files of the sample world', () => {
  it('begin at the first hour of 2025', () => {
    expect(formatHour(DEFAULT_START)).toBe('2025-01-01T00:00Z');
  });

  it('hold a month each, and of a month cut short what there is', async () => {
    const files = await collect({ start: parseHour('2025-01-30'), end: parseHour('2025-03-02T06') });
    expect(files.map((file) => file.name)).toEqual([
      'sample-world-2025-01.nc',
      'sample-world-2025-02.nc',
      'sample-world-2025-03.nc',
    ]);
    const spans = files.map(({ bytes }) => {
      const time = new NetCDFReader(bytes).getDataVariable('time') as number[];
      return [formatHour(time[0]), time.length];
    });
    expect(spans).toEqual([
      ['2025-01-30T00:00Z', 48],
      ['2025-02-01T00:00Z', 28 * 24],
      ['2025-03-01T00:00Z', 30],
    ]);
  });

  it('are the same bytes for the same seed, and another world for another', async () => {
    const end = DEFAULT_START + 30;
    const [first] = await collect({ end });
    const [again] = await collect({ end });
    const [other] = await collect({ end, seed: 'x' });
    expect(Buffer.compare(first.bytes, again.bytes)).toBe(0);
    expect(Buffer.compare(first.bytes, other.bytes)).not.toBe(0);
  });

  it('hold the same first hours however many are asked for', async () => {
    const read = async (end: number) => {
      const [file] = await collect({ end });
      return ['t2m', 'u10', 'v10'].map((name) => new NetCDFReader(file.bytes).getDataVariable(name).slice(0, 10));
    };
    expect(await read(DEFAULT_START + 10)).toEqual(await read(DEFAULT_START + 50));
  });

  it('follow the CF conventions', async () => {
    const [{ bytes }] = await collect({ end: DEFAULT_START + 3 });
    const reader = new NetCDFReader(bytes);
    expect(reader.version).toBe('64-bit offset format');
    expect(reader.getAttribute('Conventions')).toBe('CF-1.11');
    expect(reader.recordDimension.name).toBe('time');
    expect(reader.getDataVariable('latitude')).toEqual([-90, -60, -30, 0, 30, 60, 90]);
    expect(reader.getDataVariable('longitude')).toEqual([0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330]);
    expect(attributesOf(reader, 'time')).toMatchObject({ standard_name: 'time', calendar: 'standard', axis: 'T' });
    expect(attributesOf(reader, 't2m')).toMatchObject({
      standard_name: 'air_temperature',
      units: 'K',
      coordinates: 'height_2m',
      _FillValue: -32768,
    });
    expect(attributesOf(reader, 'u10')).toMatchObject({ standard_name: 'eastward_wind', units: 'm s-1' });
    expect(attributesOf(reader, 'v10')).toMatchObject({ standard_name: 'northward_wind', units: 'm s-1' });
    expect(reader.getDataVariable('height_2m')).toEqual([2]);
    expect(reader.getDataVariable('height_10m')).toEqual([10]);
  });

  it('give the world back to half a step of the packing', async () => {
    const [{ bytes }] = await collect({ end: DEFAULT_START + 3 });
    const reader = new NetCDFReader(bytes);
    const grid = worldGrid(30);
    const world = sampleWorld({ grid, land: await landFraction(grid), seed: '1', start: DEFAULT_START });
    for (let hour = 0; hour < 3; hour++) {
      const truth = world.next().value;
      for (const [name, field, add] of [
        ['t2m', truth.temperature, 273.15],
        ['u10', truth.u, 0],
        ['v10', truth.v, 0],
      ] as const) {
        const { scale_factor: scale, add_offset: offset } = attributesOf(reader, name) as Record<string, number>;
        const packed = reader.getDataVariable(name)[hour] as number[];
        packed.forEach((value, index) => {
          expect(Math.abs(value * scale + offset - (field[index] + add))).toBeLessThanOrEqual(scale / 2 + 1e-9);
        });
      }
    }
  });
});
