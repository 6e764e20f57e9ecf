import { describe, expect, it } from 'vitest';
import type { NativeSlab } from '../../../ingest/hourly/hourly-blocks.ts';
import { controlled } from '../../../ingest/quality/control.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { FLAG, observedVariable, type Series } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { station } from '../support.ts';

const N = Number.NaN;
const { OBSERVED, RANGE, STEP, PERSISTENCE, SPATIAL, MISSING } = FLAG;

type Columns = Partial<Record<VariableName, readonly (readonly number[])[]>>;

/** Slabs of some times each, from [station][time]. */
async function* slabsOf(columns: Columns, hours: readonly number[], atOnce: number): AsyncGenerator<NativeSlab> {
  for (let first = 0; first < hours.length; first += atOnce) {
    const part = hours.slice(first, first + atOnce);
    const variables: Series['variables'] = {};
    for (const [name, series] of Object.entries(columns)) {
      const values = part.flatMap((_, t) => series.map((values) => values[first + t]));
      variables[name as VariableName] = observedVariable(Float32Array.from(values));
    }
    yield { hours: Int32Array.from(part), rows: Int32Array.from(part.keys()), variables };
  }
}

interface Options {
  stations?: readonly Station[];
  kind?: 'stations' | 'grid';
  atOnce?: number;
  step?: number;
}

/** The flags of each station, [station][time]. */
async function flagsOf(columns: Columns, name: VariableName, options: Options = {}): Promise<number[][]> {
  const series = Object.values(columns)[0];
  const { atOnce = 1000, kind = 'stations', step = 1 } = options;
  const stations = options.stations ?? series.map((_, index) => station(`s${index}`, 10 * index, 10 * index));
  const hours = series[0].map((_, t) => 400_000 + t * step);
  const flags: number[][] = stations.map(() => []);
  const seen: number[] = [];
  for await (const slab of controlled(slabsOf(columns, hours, atOnce), { stations, kind })) {
    seen.push(...slab.hours);
    for (const row of slab.rows) {
      const at = row * stations.length;
      for (const s of stations.keys()) flags[s].push(slab.variables[name]!.flags[at + s]);
    }
  }
  expect(seen).toEqual(hours);
  return flags;
}

const temperature = async (values: readonly number[], options?: Options) =>
  (await flagsOf({ temperature_2m: [values] }, 'temperature_2m', options))[0];
const where = (flags: readonly number[], flag: number) => flags.flatMap((each, t) => (each === flag ? [t] : []));

describe('range', () => {
  it('rejects what cannot be, in observations and in grids', async () => {
    const values = [-89, -95, 59, 61, N, 273.15];
    for (const kind of ['stations', 'grid'] as const) {
      expect(await temperature(values, { kind })).toEqual([OBSERVED, RANGE, OBSERVED, RANGE, MISSING, RANGE]);
    }
  });

  it('lets pass what rounding makes of a value on the edge', async () => {
    const [flags] = await flagsOf({ wind_direction_10m: [[360.0001, 0, 361]] }, 'wind_direction_10m');
    expect(flags).toEqual([OBSERVED, OBSERVED, RANGE]);
  });
});

describe('step', () => {
  it('rejects a spike, up or down, and neither its neighbours nor a front that stays', async () => {
    expect(where(await temperature([10, 11, 31, 12, 11]), STEP)).toEqual([2]);
    expect(where(await temperature([10, 11, -9, 12, 11]), STEP)).toEqual([2]);
    expect(where(await temperature([20, 20.1, 5, 4, 3.9]), STEP)).toEqual([]);
    expect(where(await temperature([10, 10.2, 19, 10.4, 10.5]), STEP)).toEqual([]);
  });

  it('sees a spike across missing values, and allows more over longer gaps', async () => {
    expect(where(await temperature([10, N, 40, N, 11]), STEP)).toEqual([2]);
    expect(where(await temperature([10, 28, 11], { step: 6 }), STEP)).toEqual([]);
    expect(where(await temperature([10, 40, 11], { step: 12 }), STEP)).toEqual([]);
  });

  it('judges the value after a spike by the one before it', async () => {
    expect(where(await temperature([10, 40, 10, 40, 10, 11]), STEP)).toEqual([1, 3]);
  });
});

describe('persistence', () => {
  const weather = (count: number) => Array.from({ length: count }, (_, t) => 10 + 5 * Math.sin(t / 4) + 0.1 * (t % 7));

  it('rejects all values of a sensor that is stuck, and none before or after', async () => {
    const values = [...weather(30), ...new Array(24).fill(7.3), ...weather(20)];
    expect(where(await temperature(values), PERSISTENCE)).toEqual(Array.from({ length: 24 }, (_, i) => 30 + i));
    const shorter = [...weather(30), ...new Array(23).fill(7.3), ...weather(20)];
    expect(where(await temperature(shorter), PERSISTENCE)).toEqual([]);
  });

  it('gives coarse reports more time', async () => {
    const whole = weather(60).map(Math.round);
    const values = [...whole, ...new Array(39).fill(3), ...whole];
    expect(where(await temperature(values), PERSISTENCE)).toEqual([]);
    expect(where(await temperature([...whole, ...new Array(40).fill(3), ...whole]), PERSISTENCE)).toHaveLength(40);
  });

  it('lets calms last', async () => {
    const wind = (value: number) => [...weather(30), ...new Array(60).fill(value)];
    const flags = async (value: number) =>
      (await flagsOf({ wind_speed_10m: [wind(value)] }, 'wind_speed_10m'))[0].slice(30);
    expect(where(await flags(0), PERSISTENCE)).toEqual([]);
    expect(where(await flags(4.1), PERSISTENCE)).toHaveLength(60);
  });
});

describe('spatial', () => {
  const near = [0, 1, 2, 3, 4].map((index) => ({ ...station(`n${index}`, 50 + index / 10, 5), elevation: 10 }));
  const at = (values: readonly number[], stations: readonly Station[] = near) =>
    flagsOf({ temperature_2m: values.map((value) => [value]) }, 'temperature_2m', { stations }).then((flags) =>
      flags.flat(),
    );

  it('rejects a value far off its neighbours, and not the neighbours', async () => {
    expect(await at([10, 11, 40, 12, 11])).toEqual([OBSERVED, OBSERVED, SPATIAL, OBSERVED, OBSERVED]);
    expect(await at([10, 11, 24, 12, 11])).toEqual(new Array(5).fill(OBSERVED));
  });

  it('allows more where the neighbours differ among themselves', async () => {
    expect(await at([10, 22, 40, 30, 16])).toEqual(new Array(5).fill(OBSERVED));
  });

  it('brings neighbours to the height of the station, and leaves out those much higher', async () => {
    const slope = near.map((each, index) => ({ ...each, elevation: index === 2 ? 290 : 10 }));
    // At 290 m the neighbours would have some 8 degC: -8 is 16 below, and -6.5 is not 15 below.
    expect((await at([10, 10, -8, 10, 10], slope))[2]).toBe(SPATIAL);
    expect((await at([10, 10, -6.5, 10, 10], slope))[2]).toBe(OBSERVED);
    const summit = near.map((each, index) => ({ ...each, elevation: index === 2 ? 2900 : 10 }));
    expect((await at([10, 10, -20, 10, 10], summit))[2]).toBe(OBSERVED);
  });

  it('says nothing without three neighbours that have a value', async () => {
    expect(await at([N, N, 40, 12, 11])).toEqual([MISSING, MISSING, OBSERVED, OBSERVED, OBSERVED]);
    const far = near.map((each, index) => ({ ...each, latitude: 10 * index }));
    expect(await at([10, 11, 40, 12, 11], far)).toEqual(new Array(5).fill(OBSERVED));
  });
});

describe('quality control', () => {
  it('gives the same, however the file is cut into slabs', async () => {
    const random = seededRandom('quality');
    const stations = Array.from({ length: 6 }, (_, s) => station(`s${s}`, 50 + s / 20, 5));
    const column = () => {
      const values = Array.from({ length: 400 }, (_, t) => Math.fround(12 + 6 * Math.sin(t / 5) + random.normal()));
      for (let i = 0; i < 12; i++) values[Math.floor(random.uniform() * 400)] = 60 * random.uniform() - 20;
      const stuck = Math.floor(random.uniform() * 300);
      return values.fill(4.2, stuck, stuck + 50);
    };
    const columns = { temperature_2m: stations.map(column) };
    const whole = await flagsOf(columns, 'temperature_2m', { stations });
    const flags = new Set(whole.flat());
    expect(flags).toEqual(new Set([OBSERVED, STEP, PERSISTENCE, SPATIAL]));
    for (const atOnce of [1, 7, 64]) {
      expect(await flagsOf(columns, 'temperature_2m', { stations, atOnce })).toEqual(whole);
    }
  });

  it('rejects all of a wind of which a part is wrong', async () => {
    const columns: Columns = {
      wind_speed_10m: [[5, 90, 5, 5]],
      wind_direction_10m: [[90, 90, 400, N]],
      wind_u_component_10m: [[-5, -70, -3, N]],
    };
    expect(await flagsOf(columns, 'wind_u_component_10m')).toEqual([[OBSERVED, RANGE, RANGE, MISSING]]);
    expect(await flagsOf(columns, 'wind_speed_10m')).toEqual([[OBSERVED, RANGE, RANGE, OBSERVED]]);
  });

  it('keeps the values that it rejects', async () => {
    const slabs = slabsOf({ temperature_2m: [[10, 99]] }, [0, 1], 2);
    for await (const slab of controlled(slabs, { stations: [station('a', 0, 0)], kind: 'stations' })) {
      expect([...slab.variables.temperature_2m!.values]).toEqual([10, 99]);
    }
  });
});
