/**
 * ERDDAP servers: grids (`.../erddap/griddap/ID`) and tables (`.../erddap/tabledap/ID`). What a dataset has is told by
 * `.../erddap/info/ID/index.csv`; of it the variables, hours and region that are needed are asked for.
 */
import { CsvError, parse } from 'csv-parse/sync';
import { VARIABLE_NAMES, type VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import { type Box, boxAround, instantOf, type Remote, spanOf, type Wanted } from './addresses/request.ts';
import type { HttpClient } from './http/client.ts';

const ADDRESS = /^(https?:\/\/[^?#]+?)\/(griddap|tabledap)\/([A-Za-z0-9_-]+?)(?:\.[a-zA-Z0-9]+)?\/?$/;

export function isErddap(url: string): boolean {
  return ADDRESS.test(url);
}

interface Described {
  name: string;
  /** Of a variable of a grid: its dimensions. Of a dimension: `nValues=744, evenlySpaced=true, averageSpacing=1h`. */
  value: string;
  attributes: Record<string, string>;
}

interface Info {
  url: string;
  dimensions: Described[];
  variables: Described[];
}

/** @throws KernelcastError `VARIABLE_MISSING`, `USAGE`, `FORMAT`, `ENVIRONMENT`, `NOT_FOUND` */
export async function erddap(url: string, wanted: Wanted, client: HttpClient): Promise<Remote[]> {
  const [, base, kind, id] = ADDRESS.exec(url)!;
  const info = parseInfo(await client.text(`${base}/info/${id}/index.csv`), url);
  return kind === 'griddap'
    ? griddap(`${base}/griddap/${id}`, info, wanted)
    : tabledap(`${base}/tabledap/${id}`, info, wanted);
}

function griddap(url: string, info: Info, wanted: Wanted): Remote[] {
  const span = spanOf(url, wanted);
  const spacing = Math.max(...['latitude', 'longitude'].map((name) => Math.abs(spacingOf(info, name)) || 0.5));
  const box = boxAround(url, wanted, spacing);
  const taken = variablesOf(info, wanted);
  const queries = Object.values(taken).map(({ name, value }) => {
    const parts = value.split(/,\s*/).map((dimension) => `[${rangeOf(info, dimension, span, box)}]`);
    return name + parts.join('');
  });
  return [{ url: `${url}.nc?${encodeURIComponent(queries.join(','))}` }];
}

/** `(from):1:(to)`, within what the dimension has, in its own order. */
function rangeOf(info: Info, name: string, span: { from: number; to: number }, box: Box): string {
  const dimension = info.dimensions.find((each) => each.name === name);
  const [least, most] = (dimension?.attributes.actual_range ?? '')
    .split(/,\s*/)
    .map(Number)
    .sort((a, b) => a - b);
  const within = (low: number, high: number): [number, number] => [Math.max(low, least), Math.min(high, most)];
  let range: [number, number];
  if (name === 'time') range = within(span.from * 3600, (span.to - 1) * 3600);
  else if (name === 'latitude') range = within(box.south, box.north);
  else if (name === 'longitude') range = longitudesWithin(box, least, most);
  else if (/nValues=1\b/.test(dimension?.value ?? '')) return '0';
  else {
    throw new KernelcastError('CONVENTIONS', `the dataset has many values along '${name}'`, {
      where: { url: info.url },
    });
  }
  if (!(range[0] <= range[1])) {
    throw new KernelcastError('TOO_LITTLE_DATA', `the dataset has nothing of the ${name} that is asked for`, {
      where: { url: info.url, has: `${told(name, least)} to ${told(name, most)}` },
    });
  }
  const [first, last] = spacingOf(info, name) < 0 ? [range[1], range[0]] : range;
  return `(${told(name, first)}):1:(${told(name, last)})`;
}

function told(name: string, value: number): string {
  return name === 'time' && Number.isFinite(value) ? instantOf(value / 3600) : String(value);
}

/** In the dataset's own numbers (-180..180 or 0..360); all of them where the box goes across their seam. */
function longitudesWithin({ west, east }: Box, least: number, most: number): [number, number] {
  for (const turn of [0, 360, -360]) {
    if (west + turn >= least && east + turn <= most) return [west + turn, east + turn];
  }
  const fits = [0, 360, -360].filter((turn) => east + turn >= least && west + turn <= most);
  if (fits.length !== 1 || most - least > 350) return fits.length === 0 ? [1, 0] : [least, most];
  return [Math.max(least, west + fits[0]), Math.min(most, east + fits[0])];
}

function spacingOf({ dimensions }: Info, name: string): number {
  const dimension = dimensions.find((each) => each.name === name);
  return Number.parseFloat(/averageSpacing=(-?[\d.]+)/.exec(dimension?.value ?? '')?.[1] ?? 'NaN');
}

function tabledap(url: string, info: Info, wanted: Wanted): Remote[] {
  const { from, to } = spanOf(url, wanted);
  const station = info.variables.find(({ attributes }) => attributes.cf_role === 'timeseries_id');
  const named = (name: string) => info.variables.find((variable) => variable.name === name);
  if (!station || !named('time')) {
    throw new KernelcastError('CONVENTIONS', 'the table does not tell its stations (cf_role timeseries_id) and times', {
      where: {
        url,
        variables: info.variables
          .map(({ name }) => name)
          .join(', ')
          .slice(0, 500),
      },
    });
  }
  const taken = variablesOf(info, wanted);
  const variables: NonNullable<Remote['table']>['variables'] = {};
  for (const [name, variable] of Object.entries(taken) as [VariableName, Described][]) {
    variables[name] = { column: variable.name, unit: variable.attributes.units ?? '' };
  }
  const places = ['latitude', 'longitude'].filter((name) => named(name));
  const columns = [station.name, ...places, 'time', ...Object.values(variables).map(({ column }) => column)];
  const box = wanted.stations ? boxAround(url, wanted, 0.1) : undefined;
  const constraints = [
    `time>=${instantOf(from)}`,
    `time<${instantOf(to)}`,
    ...(box && places.length === 2 ? [`latitude>=${box.south}`, `latitude<=${box.north}`] : []),
    ...(box && places.length === 2 && box.east - box.west < 180 && box.west > -180 && box.east < 180
      ? [`longitude>=${box.west}`, `longitude<=${box.east}`]
      : []),
  ];
  const query = [columns.map(encodeURIComponent).join(','), ...constraints.map(encodeConstraint)].join('&');
  const table: Remote['table'] = {
    station: station.name,
    time: 'time',
    latitude: places.includes('latitude') ? 'latitude' : undefined,
    longitude: places.includes('longitude') ? 'longitude' : undefined,
    variables,
    timeZone: 'UTC',
    missing: [],
    delimiter: ',',
  };
  return [{ url: `${url}.csv?${query}`, table }];
}

/** Names and values are encoded; the operator may be too, and the `&` between must not be. */
function encodeConstraint(text: string): string {
  return encodeURIComponent(text);
}

/** What `--map` names, else by standard name, else by known name. */
function variablesOf(info: Info, { map = {} }: Wanted): Partial<Record<VariableName, Described>> {
  const found: Partial<Record<VariableName, Described>> = {};
  for (const name of VARIABLE_NAMES) {
    const { standardName, names } = KNOWN_VARIABLES[name];
    const mapped = map[name];
    const variable =
      mapped === undefined
        ? (info.variables.find(({ attributes }) => attributes.standard_name === standardName) ??
          names.map((known) => info.variables.find((each) => each.name.toLowerCase() === known)).find(Boolean))
        : info.variables.find((each) => each.name === mapped);
    if (variable) found[name] = variable;
  }
  if (Object.keys(found).length > 0) return found;
  throw new KernelcastError('VARIABLE_MISSING', 'there is no temperature or wind in the dataset', {
    where: {
      url: info.url,
      variables: info.variables
        .map(({ name }) => name)
        .join(', ')
        .slice(0, 500),
    },
    hint: 'Say which variable it is, for example --map temperature_2m=NAME.',
  });
}

/** Rows of `Row Type,Variable Name,Attribute Name,Data Type,Value`. */
function parseInfo(text: string, url: string): Info {
  let rows: string[][];
  try {
    rows = parse(text, { relax_column_count: true, skip_empty_lines: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    rows = [];
  }
  if (rows[0]?.[0] !== 'Row Type') {
    throw new KernelcastError('FORMAT', 'the server does not answer as ERDDAP does', {
      where: { url, answer: text.replace(/\s+/g, ' ').slice(0, 200) },
    });
  }
  const info: Info = { url, dimensions: [], variables: [] };
  const all = new Map<string, Described>();
  for (const [kind, name, attribute, , value] of rows) {
    if (kind === 'dimension' || kind === 'variable') {
      const described = { name, value, attributes: {} };
      all.set(name, described);
      info[kind === 'dimension' ? 'dimensions' : 'variables'].push(described);
    } else if (kind === 'attribute') {
      const of = all.get(name);
      if (of) of.attributes[attribute] = value;
    }
  }
  return info;
}
