/** Bodies made from the API's own description: good ones, and ones that are wrong in a known place. */
import * as fc from 'fast-check';
import type { Operation } from './described.ts';
import { INIT } from './support.ts';

export interface GeneratedBody {
  type: string;
  text: string | Uint8Array<ArrayBuffer>;
  /** What is wrong for certain; none where it may be good. */
  wrong: string[];
  /** Nothing else can be wrong, so this is to be blamed. */
  isAlone: boolean;
}

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
/** No property of any body takes any of these. */
const NEVER_VALUES = [
  'true',
  '{"a":1}',
  '[[1]]',
  '[{}]',
  '1e999',
  '"NaN"',
  '"\\u0000"',
  `[${Array(1001).fill('1e400').join()}]`,
];

/** Whatever it is: no JSON, no object, too deep, too large. */
const BROKEN = fc.oneof(
  fc.constantFrom('{', 'null', '[]', '[[[[', '"station"', '{"station":{"$gt":""}}', ''),
  fc.constant(`{"station":"${'x'.repeat(1_100_000)}"}`),
  fc.constant('['.repeat(200_000)),
  fc.constant(Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
);

function pair(name: string, value: string): string {
  return `${JSON.stringify(name)}:${value}`;
}

/** The parts of a good body, JSON by name; `base` are there always. */
function goodParts(path: string): { base: Record<string, string>; more: Record<string, fc.Arbitrary<string>> } {
  if (path === '/v1/predict') {
    const hours = 48;
    const time = Array.from({ length: hours }, (_, hour) =>
      new Date((INIT + hour) * 3_600_000).toISOString().slice(0, 16),
    );
    const list = (value: number | null) => Array.from({ length: hours }, (_, hour) => (hour % 7 === 3 ? null : value));
    const hourly = { time, temperature_2m: list(5), wind_speed_10m: list(3), wind_direction_10m: list(200) };
    return {
      base: { latitude: '47.1', longitude: '9.5', hourly: JSON.stringify(hourly) },
      more: {
        elevation: fc.constantFrom('null', '455'),
        model: fc.constantFrom('"net"', '"best_match"'),
        temperature_unit: fc.constantFrom('"celsius"', '"fahrenheit"'),
        wind_speed_unit: fc.constantFrom('"ms"', '"kn"'),
      },
    };
  }
  return {
    base: { station: '["amsterdam","suva"]' },
    more: {
      hourly: fc.constantFrom('"temperature_2m"', '["temperature_2m","wind_speed_10m_p90"]'),
      past_hours: fc.integer({ min: 0, max: 100 }).map(String),
      timezone: fc.constantFrom('"auto"', '["GMT","Europe/Berlin"]'),
      format: fc.constantFrom('"json"', '"csv"'),
      models: fc.constantFrom('["demo","persistence"]', '"best_match"'),
    },
  };
}

export function generatedBodies(path: string, { requestBody }: Operation): fc.Arbitrary<GeneratedBody> {
  const schema = requestBody!.content[JSON_TYPE].schema as { properties: Record<string, unknown> };
  const names = Object.keys(schema.properties);
  const isFlag = (name: string) => (schema.properties[name] as { type?: string }).type === 'boolean';
  const { base, more } = goodParts(path);
  const good = fc
    .subarray(Object.keys(more))
    .chain((some) => fc.tuple(...some.map((name) => more[name].map((value) => [name, value] as const))))
    .map((parts) => ({ ...base, ...Object.fromEntries(parts) }));
  const bad = fc.oneof(
    fc.tuple(fc.constantFrom(...names.filter((name) => !isFlag(name))), fc.constantFrom(...NEVER_VALUES)),
    // A letter too many is a slip of the pen.
    fc.tuple(fc.constantFrom(...names.map((name) => `${name}_`)), fc.constant('1')),
  );
  const textOf = (parts: Record<string, string>) =>
    `{${Object.entries(parts)
      .map(([name, value]) => pair(name, value))
      .join()}}`;
  const isRight = { type: JSON_TYPE, wrong: [], isAlone: false };
  return fc.oneof(
    { weight: 4, arbitrary: good.map((parts) => ({ ...isRight, text: textOf(parts) })) },
    {
      weight: 6,
      // As text: an object would lose `__proto__`.
      arbitrary: fc.tuple(good, bad).map(([parts, [name, value]]) => {
        const others = Object.entries(parts).filter(([other]) => other !== name);
        const text = `{${[pair(name, value), ...others.map(([other, each]) => pair(other, each))].join()}}`;
        return { type: JSON_TYPE, text, wrong: [name], isAlone: true };
      }),
    },
    { weight: 2, arbitrary: BROKEN.map((text) => ({ type: JSON_TYPE, text, wrong: ['body'], isAlone: false })) },
    { weight: 1, arbitrary: fc.json().map((text) => ({ ...isRight, text })) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('text/xml', 'multipart/form-data; boundary=x', 'application/json; charset=koi8-r')
        .map((type) => {
          return { type, text: textOf(base), wrong: ['body'], isAlone: false };
        }),
    },
    { weight: 1, arbitrary: fc.constantFrom(...formsOf(requestBody!.content[FORM] !== undefined)) },
  );
}

function formsOf(isTaken: boolean): GeneratedBody[] {
  const form = (text: string, ...wrong: string[]): GeneratedBody =>
    isTaken
      ? { type: FORM, text, wrong, isAlone: wrong.length > 0 }
      : { type: FORM, text, wrong: ['body'], isAlone: true };
  const good = [form('station=suva'), form('station=suva&x=1'), form('station=suva&station=amsterdam&past_hours=2')];
  return [
    ...good,
    form('station=%FF', 'station'),
    form('station=suva&stations=1', 'stations'),
    form('run=latest&run=latest', 'run'),
  ];
}
