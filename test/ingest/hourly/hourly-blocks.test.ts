import { describe, expect, it } from 'vitest';
import { type HourlyOptions, hourlyBlocks, type NativeSlab } from '../../../ingest/hourly/hourly-blocks.ts';
import { FLAG, type Series } from '../../../src/domain/series.ts';
import { monthOf, monthSpan } from '../../../src/domain/time.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { windDirection, windSpeed } from '../../../src/domain/wind.ts';
import { range, station } from '../support.ts';

const ONE = [station('a', 0, 0)];

/** Slabs of the given lengths, of one value an hour and variable. */
async function* slabs(
  hours: number[],
  values: Partial<Record<VariableName, number[]>>,
  length = hours.length,
): AsyncGenerator<NativeSlab> {
  for (let from = 0; from < hours.length; from += length) {
    const to = Math.min(hours.length, from + length);
    const variables: Series['variables'] = {};
    for (const [name, all] of Object.entries(values)) {
      const part = Float32Array.from(all.slice(from, to));
      variables[name as VariableName] = { values: part, flags: new Uint8Array(to - from) };
    }
    yield { hours: Int32Array.from(hours.slice(from, to)), rows: Int32Array.from(range(0, to - from, 1)), variables };
  }
}

async function blocksOf(source: AsyncIterable<NativeSlab>, options: Partial<HourlyOptions>): Promise<Series[]> {
  const blocks: Series[] = [];
  const given = { stations: ONE, variables: ['temperature_2m'] as VariableName[], step: 1, ...options };
  for await (const block of hourlyBlocks(source, given)) blocks.push(block);
  return blocks;
}

const { OBSERVED, INTERPOLATED, MISSING } = FLAG;

describe('interpolation to hours', () => {
  it("is linear between the file's own times, and flagged", async () => {
    const [block] = await blocksOf(slabs([10, 13], { temperature_2m: [1, 4] }), { step: 3 });
    expect(block.from).toBe(10);
    expect([...block.variables.temperature_2m!.values]).toEqual([1, 2, 3, 4]);
    expect([...block.variables.temperature_2m!.flags]).toEqual([OBSERVED, INTERPOLATED, INTERPOLATED, OBSERVED]);
  });

  it('goes on from slab to slab', async () => {
    const whole = await blocksOf(slabs(range(0, 40, 3), { temperature_2m: range(0, 40, 3) }), { step: 3 });
    for (const length of [1, 2, 5]) {
      const parts = await blocksOf(slabs(range(0, 40, 3), { temperature_2m: range(0, 40, 3) }, length), { step: 3 });
      expect(parts).toEqual(whole);
    }
    expect([...whole[0].variables.temperature_2m!.values]).toEqual(range(0, 40, 1));
  });

  it("does not bridge a gap longer than the file's step", async () => {
    const [block] = await blocksOf(slabs([0, 3, 9], { temperature_2m: [0, 3, 9] }), { step: 3 });
    expect([...block.variables.temperature_2m!.values]).toEqual([0, 1, 2, 3, NaN, NaN, NaN, NaN, NaN, 9]);
    expect([...block.variables.temperature_2m!.flags].slice(4, 9)).toEqual(Array(5).fill(MISSING));
  });

  it('makes nothing of a missing value at either end, for that station only', async () => {
    async function* source(): AsyncGenerator<NativeSlab> {
      const values = Float32Array.of(1, 10, 3, NaN, 5, 50);
      const temperature_2m = { values, flags: new Uint8Array(6) };
      yield { hours: Int32Array.of(0, 2, 4), rows: Int32Array.of(0, 1, 2), variables: { temperature_2m } };
    }
    const [block] = await blocksOf(source(), { step: 2, stations: [...ONE, station('b', 1, 1)] });
    const { values, flags } = block.variables.temperature_2m!;
    expect([...values.filter((_, i) => i % 2 === 0)]).toEqual([1, 2, 3, 4, 5]);
    expect([...values.filter((_, i) => i % 2 === 1)]).toEqual([10, NaN, NaN, NaN, 50]);
    expect([...flags.filter((_, i) => i % 2 === 1)]).toEqual([OBSERVED, MISSING, MISSING, MISSING, OBSERVED]);
  });

  it('takes the rows that a slab names', async () => {
    async function* source(): AsyncGenerator<NativeSlab> {
      const temperature_2m = { values: Float32Array.of(7, 8, 9), flags: new Uint8Array(3) };
      yield { hours: Int32Array.of(5, 6), rows: Int32Array.of(0, 2), variables: { temperature_2m } };
    }
    const [block] = await blocksOf(source(), {});
    expect([...block.variables.temperature_2m!.values]).toEqual([7, 9]);
  });
});

describe('wind', () => {
  const variables: VariableName[] = [
    'wind_u_component_10m',
    'wind_v_component_10m',
    'wind_speed_10m',
    'wind_direction_10m',
  ];

  it('is interpolated as components and speed; the direction is that of the components', async () => {
    // From north-west (315) to north-east (45): through north, not through south.
    const values = {
      wind_u_component_10m: [4, -4],
      wind_v_component_10m: [-4, -4],
      wind_speed_10m: [windSpeed(4, -4), windSpeed(-4, -4)],
      wind_direction_10m: [windDirection(4, -4), windDirection(-4, -4)],
    };
    const [block] = await blocksOf(slabs([0, 2], values), { step: 2, variables });
    expect(values.wind_direction_10m).toEqual([315, 45]);
    expect(variables.map((name) => block.variables[name]!.values[1])).toEqual([0, -4, Math.fround(windSpeed(4, 4)), 0]);
  });

  it('a direction alone turns the short way, and has no middle between opposites', async () => {
    const turn = async (from: number, to: number) => {
      const source = slabs([0, 2], { wind_direction_10m: [from, to] });
      const [block] = await blocksOf(source, { step: 2, variables: ['wind_direction_10m'] });
      return block.variables.wind_direction_10m!.values[1];
    };
    expect(await turn(350, 30)).toBeCloseTo(10, 4);
    expect(await turn(30, 350)).toBeCloseTo(10, 4);
    expect(await turn(90, 180)).toBeCloseTo(135, 4);
    expect(await turn(90, 270)).toBeNaN();
    expect(await turn(90, NaN)).toBeNaN();
  });
});

describe('blocks', () => {
  const hours = range(0, 24 * 200, 1);

  it('end with the month in which they grow too large, and together hold everything', async () => {
    const blocks = await blocksOf(slabs(hours, { temperature_2m: hours }), { blockBytes: 5 * 24 * 40 });
    expect(blocks.length).toBeGreaterThan(2);
    let next = 0;
    for (const block of blocks) {
      expect(block.from).toBe(next);
      expect(block.variables.temperature_2m!.values[0]).toBe(next);
      expect(block.variables.temperature_2m!.values.length).toBe(block.hours);
      next = block.from + block.hours;
      if (next < hours.length) expect(monthSpan(monthOf(next)).from).toBe(next);
    }
    expect(next).toBe(hours.length);
  });

  it('hold a gap of days as missing values', async () => {
    const [block] = await blocksOf(slabs([0, 1, 600, 601], { temperature_2m: [1, 2, 3, 4] }), {});
    const { values } = block.variables.temperature_2m!;
    expect([block.hours, values[1], values[600], values[601]]).toEqual([602, 2, 3, 4]);
    expect(values.slice(2, 600).every(Number.isNaN)).toBe(true);
  });

  it('do not hold the months of a long gap', async () => {
    const blocks = await blocksOf(slabs([0, 1, 1_000_000], { temperature_2m: [1, 2, 3] }), {});
    expect(blocks.map(({ from, hours }) => [from, hours])).toEqual([
      [0, 2],
      [1_000_000, 1],
    ]);
  });
});
