/**
 * Requests made from the API's own description: valid ones, and ones that are wrong in a known place. What is wrong on purpose
 * is told with the request, so that a test can ask whether it was refused, and by its name.
 */
import * as fc from 'fast-check';
import type { Description, Operation, Parameter } from './described.ts';
import { generatedBodies } from './generated-bodies.ts';

export interface GeneratedRequest {
  method: 'GET' | 'POST' | 'HEAD';
  path: string;
  body?: { type: string; text: string | Uint8Array<ArrayBuffer> };
  /** The parameters that are wrong for certain; none where the request may be good. */
  wrong: string[];
  /** Nothing else can be wrong. */
  isAlone: boolean;
}

type Schema = Record<string, unknown> & { items?: Schema; anyOf?: Schema[]; enum?: string[] };

/** Words that many parameters take, so that good requests are frequent. */
const KNOWN: Record<string, string[]> = {
  station: ['amsterdam', 'suva', 'sao-paulo', 'amsterdam,suva', 'nowhere'],
  dataset: ['demo', 'demo', 'nix', '../demo'],
  models: ['demo', 'persistence', 'demo,persistence', 'best_match', 'gfs', 'icon_seamless', 'demo,gfs_seamless'],
  model: ['demo', 'persistence', 'gfs'],
  id: ['demo', 'persistence', 'gfs'],
  init: ['latest', '2025-02-20T00:00Z', '2025-02-19T18', '2020-01-01'],
  run: ['latest', '2025-02-20T00:00Z', '2020-01-01'],
  start: ['2025-02-18T00:00Z', 'latest'],
  end: ['2025-02-19T00:00Z', 'latest'],
  timezone: ['GMT', 'auto', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns'],
  start_hour: ['2025-02-19T00:00'],
  end_hour: ['2025-02-20T05:00'],
  start_date: ['2025-02-19'],
  end_date: ['2025-02-20'],
  latitude: ['52.4', '-18.1', '52.4,-18.1'],
  longitude: ['4.9', '178', '4.9,178'],
  bounding_box: ['-90,-180,90,180', '-30,170,0,-170', '0,0,1,1'],
  format: ['json', 'csv', 'arrow', 'parquet'],
};

/** What fits together of places and of times, and what fits to all of it. */
const PLACES = [
  'station=amsterdam',
  'station=suva,amsterdam',
  'latitude=52.4&longitude=4.9',
  'latitude=52.4,-18.1&longitude=4.9,178&elevation=2,nan',
  'bounding_box=-90,-180,90,180',
  'bounding_box=-30,170,0,-170',
];
const TIMES = [
  '',
  '&past_hours=5',
  '&past_days=2',
  '&past_days=1&past_hours=3',
  '&start_date=2025-02-19&end_date=2025-02-20',
  '&start_hour=2025-02-19T00:00&end_hour=2025-02-20T05:00',
];
const FREE = /^(hourly|daily|current|models|run|timezone|timeformat|format|cell_selection|.*_unit)$/;

/** No parameter takes any of these. */
const NEVER_NUMBERS = ['NaN', '1e999', '-1e999', 'Infinity', '0x10', '', 'null', '[object Object]', '١٢'];
/** Nobody knows them, and none is nearly a known one: they are passed over. */
const STRANGE_NAMES = ['__proto__', 'constructor', 'hasOwnProperty', '_', '日本', 'utm_source'];
/** Percent-encoded bytes that are no UTF-8. */
const NO_UTF8 = ['%FF', '%C0%AE', '%ED%A0%80', 'a%E2%82'];
const ODD_TEXTS = [
  '\u0000',
  '../..',
  "' OR 1=1 --",
  '<script>',
  '{{7*7}}',
  '%00',
  '\r\nX-Injected: 1',
  'x'.repeat(300),
];

const encode = (text: string) => encodeURIComponent(Buffer.from(text).toString());

function goodValue({ name, schema }: Parameter): fc.Arbitrary<string> {
  const made = fromSchema(schema as Schema);
  const known = KNOWN[name];
  return known ? fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: made }) : made;
}

function fromSchema(schema: Schema): fc.Arbitrary<string> {
  const { type, minimum, maximum, items, anyOf } = schema;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (anyOf) return fc.oneof(...anyOf.map(fromSchema));
  if (items) return fc.array(fromSchema(items), { minLength: 1, maxLength: 3 }).map((values) => values.join(','));
  if (type === 'boolean') return fc.constantFrom('true', 'false');
  if (type === 'integer') return fc.integer({ min: Number(minimum), max: Math.min(Number(maximum), 5000) }).map(String);
  if (type === 'number')
    return fc.double({ min: Number(minimum ?? -180), max: Number(maximum ?? 180), noNaN: true }).map(String);
  if (schema.pattern !== undefined && String(schema.pattern).startsWith('^p_')) {
    const isGood = new RegExp(String(schema.pattern));
    const names = ['p_wind_speed_10m_over_15', 'p_temperature_2m_under_-3.5', 'p_temperature_2m_over_11_6h'];
    return fc.constantFrom(...names.filter((name) => isGood.test(name)));
  }
  return fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
}

/** A piece of a query that cannot be good, with the name to blame. */
function wrongPiece(parameters: readonly Parameter[]): fc.Arbitrary<{ piece: string; name: string }> {
  const names = parameters.filter(({ in: place }) => place === 'query');
  // A letter too many is a slip of the pen.
  const unknown = fc.constantFrom(...names).map(({ name }) => ({ piece: `${name}_=1`, name: `${name}_` }));
  const isNumber = ({ schema }: Parameter) =>
    ['number', 'integer'].includes(String(schema.type)) ||
    ['number', 'integer'].includes(String((schema as Schema).items?.type));
  const numbers = names.filter(isNumber);
  const choices = names.filter(({ schema }) => (schema as Schema).enum !== undefined);
  const single = names.filter(({ schema }) => schema.type !== 'array');
  const pick = <T>(list: readonly T[], make: (value: T) => fc.Arbitrary<{ piece: string; name: string }>) =>
    list.length === 0 ? [] : [fc.constantFrom(...list).chain(make)];
  return fc.oneof(
    unknown,
    ...pick(numbers, ({ name }) =>
      fc.constantFrom(...NEVER_NUMBERS).map((text) => ({ piece: `${name}=${encode(text)}`, name })),
    ),
    ...pick(choices, ({ name }) =>
      fc.constantFrom(...ODD_TEXTS).map((text) => ({ piece: `${name}=${encode(text)}`, name })),
    ),
    ...pick(single, ({ name }) => fc.constant({ piece: `${name}=1&${name}=1`, name })),
    ...pick(names, ({ name }) => fc.constantFrom(...NO_UTF8).map((bytes) => ({ piece: `${name}=${bytes}`, name }))),
    ...pick(numbers, ({ name }) => fc.constant({ piece: `${name}=${Array(1001).fill('1').join(',')}`, name })),
  );
}

function pathOf(template: string, parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const parts = parameters.filter(({ in: place }) => place === 'path');
  const values = fc.tuple(
    ...parts.map((part) =>
      fc.oneof({ weight: 4, arbitrary: goodValue(part) }, { weight: 1, arbitrary: fc.constantFrom(...ODD_TEXTS) }),
    ),
  );
  return values.map((given) =>
    parts.reduce((path, { name }, index) => path.replace(`{${name}}`, encode(given[index]) || '-'), template),
  );
}

function queryOf(
  parameters: readonly Parameter[],
): fc.Arbitrary<{ pieces: string[]; wrong: string[]; isAlone: boolean }> {
  const inQuery = parameters.filter(({ in: place }) => place === 'query');
  const someOf = (choice: readonly Parameter[]) =>
    fc
      .subarray([...choice], { maxLength: Math.min(5, choice.length) })
      .chain((some) =>
        fc.tuple(...some.map((each) => goodValue(each).map((value) => `${each.name}=${encode(value)}`))),
      );
  const isOfPlaces = inQuery.some(({ name }) => name === 'latitude') && inQuery.some(({ name }) => name === 'timezone');
  const fitting = fc
    .tuple(fc.constantFrom(...PLACES), fc.constantFrom(...TIMES), someOf(inQuery.filter(({ name }) => FREE.test(name))))
    .map(([place, time, others]) => [...`${place}${time}`.split('&'), ...others]);
  const good = isOfPlaces ? fc.oneof({ weight: 3, arbitrary: fitting }, someOf(inQuery)) : someOf(inQuery);
  const wrong =
    inQuery.length === 0 ? fc.constant(undefined) : fc.option(wrongPiece(parameters), { nil: undefined, freq: 2 });
  const strange = fc.option(fc.constantFrom(...STRANGE_NAMES), { nil: undefined, freq: 6 });
  return fc.tuple(good, wrong, fc.boolean(), strange).map(([pieces, bad, isAlone, name]) => {
    if (!bad) {
      return { pieces: [...pieces, ...(name === undefined ? [] : [`${encode(name)}=1`])], wrong: [], isAlone: false };
    }
    const others = isAlone ? [] : pieces.filter((piece) => !piece.startsWith(`${bad.name}=`));
    return { pieces: [...others, bad.piece], wrong: [bad.name], isAlone };
  });
}

export function generatedRequests(document: Description): fc.Arbitrary<GeneratedRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    // What has no end is not waited for.
    path === '/v1/events'
      ? []
      : Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation as Operation })),
  );
  // There are few, and much can be wrong with a body.
  const posts = operations.filter(({ method }) => method === 'post');
  return fc
    .constantFrom(...operations, ...posts, ...posts)
    .chain(({ path, method, operation }): fc.Arbitrary<GeneratedRequest> => {
      const { parameters } = operation;
      if (method === 'post') {
        return generatedBodies(path, operation).map(({ type, text, wrong, isAlone }) => {
          return { method: 'POST' as const, path, body: { type, text }, wrong, isAlone };
        });
      }
      const isStrict = path.startsWith('/v1/');
      return fc
        .tuple(
          pathOf(path, parameters),
          queryOf(parameters),
          fc.constantFrom('GET' as const, 'GET' as const, 'HEAD' as const),
        )
        .map(([filled, { pieces, wrong, isAlone }, verb]) => ({
          method: verb,
          path: `${filled}?${pieces.join('&')}`,
          wrong: isStrict ? wrong : [],
          isAlone: isStrict && isAlone && !path.includes('{'),
        }));
    });
}
