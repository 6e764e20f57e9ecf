/** One known field, written in randomly chosen legal ways; and ways that leave its meaning open, or contradict themselves. */
import type { NetcdfAttribute, NetcdfFile, NetcdfVariable } from '../../ingest/formats/netcdf-classic/writer.ts';

export type Random = () => number;

export const LATITUDES = [-10, 0, 10, 20];
export const LONGITUDES = [-20, -10, 0, 10, 20];
/** Hours since 2024-03-01T00Z. */
export const HOURS = [0, 1, 2, 3];
/** degC */
export const truth = (hour: number, latitude: number, longitude: number): number =>
  5 + hour + latitude / 4 + longitude / 10;

const START = Date.UTC(2024, 2, 1) / 3_600_000;

export interface Written {
  file: NetcdfFile;
  /** How far a value may be off: the packing's step, and float32. */
  tolerance: number;
  way: string;
}

const pick = <Value>(random: Random, values: readonly Value[]): Value => values[Math.floor(random() * values.length)];

function shuffled<Value>(random: Random, values: readonly Value[]): Value[] {
  return values
    .map((value) => [random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}

const UNITS: [string, (celsius: number) => number][] = [
  ['K', (celsius) => celsius + 273.15],
  ['degC', (celsius) => celsius],
  ['Celsius', (celsius) => celsius],
  ['degF', (celsius) => celsius * 1.8 + 32],
  ['degree_Kelvin', (celsius) => celsius + 273.15],
];

const EPOCHS: [string, number][] = [
  ['1970-01-01', 0],
  ['1900-01-01 00:00:00.0', Date.UTC(1900, 0) / 3_600_000],
  ['2024-03-01T00:00:00Z', START],
  ['1970-01-01 00:00:00.0 0:00', 0],
  ['2024-02-29 18:00 -6:00', START],
  ['1858-11-17', Date.UTC(1858, 10, 17) / 3_600_000],
];

const LENGTHS: [string, number][] = [
  ['hours', 1],
  ['seconds', 3600],
  ['minutes', 60],
  ['days', 1 / 24],
  ['h', 1],
];
const STANDARD: Record<string, NetcdfAttribute> = { standard_name: 'time' };

interface Shape {
  name: string;
  /** The frames' dimensions and lengths, and the hour of each frame, in row-major order. */
  dimensions: Record<string, number>;
  hours: readonly number[];
  variables: Record<string, NetcdfVariable>;
}

/** The ways to say when values are valid. */
function timeShape(random: Random): Shape {
  const [epoch, zero] = pick(random, EPOCHS);
  const [unit, per] = pick(random, LENGTHS);
  const calendar: Record<string, NetcdfAttribute> =
    random() < 0.5 ? {} : { calendar: pick(random, ['standard', 'gregorian', 'proleptic_gregorian']) };
  const at = (hours: readonly number[]) => hours.map((hour) => (START + hour - zero) * per);
  const time = (
    dimensions: string[],
    hours: readonly number[],
    attributes: Record<string, NetcdfAttribute>,
  ): NetcdfVariable => ({
    type: 'double',
    dimensions,
    attributes: { units: `${unit} since ${epoch}`, ...calendar, ...attributes },
    values: at(hours),
  });
  const [stepUnit, stepPer] = pick(random, LENGTHS);
  const step = (
    hours: readonly number[],
    attributes: Record<string, NetcdfAttribute> = { standard_name: 'forecast_period' },
  ): NetcdfVariable => ({
    type: 'double',
    dimensions: ['step'],
    attributes: { units: stepUnit, ...attributes },
    values: hours.map((hour) => hour * stepPer),
  });
  const reference = pick<Record<string, NetcdfAttribute>>(random, [
    { standard_name: 'forecast_reference_time' },
    { long_name: 'initial time of forecast' },
  ]);
  return pick<() => Shape>(random, [
    () => {
      const hours = random() < 0.3 ? [...HOURS].reverse() : HOURS;
      return {
        name: 'time',
        dimensions: { time: 4 },
        hours,
        variables: { time: time(['time'], hours, pick(random, [{}, STANDARD])) },
      };
    },
    () => ({
      name: 'valid_time',
      dimensions: { valid_time: 4 },
      hours: HOURS,
      variables: { valid_time: time(['valid_time'], HOURS, STANDARD) },
    }),
    () => ({
      name: 'start and step',
      dimensions: { step: 4 },
      hours: HOURS,
      variables: { time: time([], [-6], reference), step: step(HOURS.map((hour) => hour + 6)) },
    }),
    () => ({
      name: 'time x step',
      dimensions: { time: 2, step: 2 },
      hours: HOURS,
      variables: { time: time(['time'], [0, 2], reference), step: step([0, 1]) },
    }),
    () => ({
      name: 'bare time x step',
      dimensions: { time: 2, step: 2 },
      hours: HOURS,
      variables: { time: time(['time'], [0, 2], {}), step: step([0, 1], {}) },
    }),
    () => ({
      name: 'valid_time(time, step)',
      dimensions: { time: 2, step: 2 },
      hours: HOURS,
      variables: {
        time: time(['time'], [0, 2], reference),
        step: step([0, 1]),
        valid_time: time(['time', 'step'], HOURS, STANDARD),
      },
    }),
    () => ({
      name: 'time, period and start',
      dimensions: { time: 4 },
      hours: HOURS,
      variables: {
        time: time(['time'], HOURS, STANDARD),
        forecast_reference_time: time([], [-3], { standard_name: 'forecast_reference_time' }),
      },
    }),
  ])();
}

/** The field with its dimensions in some order. */
export function legal(random: Random): Written {
  const shape = timeShape(random);
  const [unit, toUnit] = pick(random, UNITS);
  const latitudes = random() < 0.5 ? LATITUDES : [...LATITUDES].reverse();
  const turned = random() < 0.5;
  const longitudes = turned ? LONGITUDES.map((degrees) => (degrees + 360) % 360) : LONGITUDES;
  const member: Record<string, number> = random() < 0.2 ? { number: 1 } : {};
  const sizes: Record<string, number> = { ...shape.dimensions, latitude: 4, longitude: 5, ...member };
  const order = shuffled(random, Object.keys(sizes));
  const count = Object.values(sizes).reduce((product, length) => product * length, 1);
  const frames = Object.keys(shape.dimensions);
  const values = Array.from({ length: count }, (_, i) => {
    const at: Record<string, number> = {};
    let rest = i;
    for (const name of [...order].reverse()) [at[name], rest] = [rest % sizes[name], Math.floor(rest / sizes[name])];
    const frame = frames.reduce((index, name) => index * sizes[name] + at[name], 0);
    return toUnit(truth(shape.hours[frame], latitudes[at.latitude], LONGITUDES[at.longitude]));
  });
  const named: Record<string, NetcdfAttribute> = random() < 0.5 ? { standard_name: 'air_temperature' } : {};
  const packed = random() < 0.5;
  const scale = pick(random, [0.01, 0.002]);
  const offset = packed ? Math.round(values[0]) : 0;
  const attributes: Record<string, NetcdfAttribute> = {
    units: unit,
    ...named,
    ...(random() < 0.3 ? { cell_methods: 'time: point' } : {}),
    ...(packed ? { scale_factor: scale, add_offset: offset } : {}),
  };
  const field: NetcdfVariable = packed
    ? {
        type: 'short',
        dimensions: order,
        attributes,
        values: values.map((value) => Math.round((value - offset) / scale)),
      }
    : { type: pick(random, ['float', 'double'] as const), dimensions: order, attributes, values };
  const axis = (name: string, units: string, degrees: readonly number[]): NetcdfVariable => ({
    type: pick(random, ['float', 'double'] as const),
    dimensions: [name],
    attributes: { units },
    values: degrees,
  });
  const variables = {
    ...shape.variables,
    latitude: axis('latitude', 'degrees_north', latitudes),
    longitude: axis('longitude', 'degrees_east', longitudes),
    [pick(random, ['t2m', 'tas', '2t', 'air_temperature'])]: field,
  };
  return {
    file: { dimensions: sizes, variables },
    tolerance: (packed ? scale : 0) + 1e-4,
    way: `${shape.name}; ${order.join(' ')}; ${unit}; ${packed ? `packed by ${scale}` : field.type}`,
  };
}

/** Changes that leave the meaning open, or contradict what is said. */
const SPOILERS: [string, (file: NetcdfFile, name: string) => NetcdfFile][] = [
  [
    'a second candidate',
    (file, name) =>
      withVariable(
        file,
        'another',
        {
          ...file.variables[name],
          attributes: { ...file.variables[name].attributes, standard_name: 'air_temperature' },
        },
        name,
      ),
  ],
  ['no unit', (file, name) => attributed(file, name, { units: 'furlongs' })],
  ['a maximum', (file, name) => attributed(file, name, { cell_methods: 'time: maximum' })],
  ['a spread', (file, name) => attributed(file, name, { cell_methods: 'realization: standard_deviation' })],
  [
    'a percentile',
    (file, name) => ({
      ...attributed(file, name, { coordinates: 'percentile' }),
      variables: {
        ...attributed(file, name, { coordinates: 'percentile' }).variables,
        percentile: { type: 'double', dimensions: [], attributes: { units: '%' }, values: [90] },
      },
    }),
  ],
  ['another calendar', (file) => timed(file, { calendar: 'noleap' })],
  ['the year 0', (file) => timed(file, { units: 'days since 0000-01-01', calendar: 'standard' })],
  [
    'three times that do not agree',
    (file) => ({
      ...file,
      variables: {
        ...file.variables,
        valid_time: {
          type: 'double',
          dimensions: [],
          attributes: { units: 'hours since 1999-01-01', standard_name: 'time' },
          values: [7],
        },
        init_time: { type: 'double', dimensions: [], attributes: { units: 'hours since 2005-01-01' }, values: [0] },
        lead: {
          type: 'double',
          dimensions: [],
          attributes: { units: 'hours', standard_name: 'forecast_period' },
          values: [5],
        },
      },
    }),
  ],
];

function attributed(file: NetcdfFile, name: string, attributes: Record<string, NetcdfAttribute>): NetcdfFile {
  const variable = file.variables[name];
  return {
    ...file,
    variables: { ...file.variables, [name]: { ...variable, attributes: { ...variable.attributes, ...attributes } } },
  };
}

function timed(file: NetcdfFile, attributes: Record<string, NetcdfAttribute>): NetcdfFile {
  const times = Object.entries(file.variables).filter(([, one]) => String(one.attributes?.units).includes(' since '));
  return times.reduce((changed, [name]) => attributed(changed, name, attributes), file);
}

function withVariable(file: NetcdfFile, name: string, variable: NetcdfVariable, beside: string): NetcdfFile {
  const both = attributed(file, beside, { standard_name: 'air_temperature' });
  // Neither says a height.
  const { [beside]: own, ...others } = both.variables;
  return { ...both, variables: { ...others, one: own, [name]: variable } };
}

export function ambiguous(random: Random): Written {
  const written = legal(random);
  const name = Object.keys(written.file.variables).at(-1)!;
  const [what, spoil] = pick(random, SPOILERS);
  return { ...written, file: spoil(written.file, name), way: `${what}; ${written.way}` };
}
