/**
 * The kinds of parameters: each reads the text of a query, and says in OpenAPI's words what it takes.
 *
 *     z.strictObject({ past_hours: integer(0, 168).default(0).describe('observed hours in front') })
 */
import { z } from 'zod';
import { closest } from '../../domain/closest.ts';
import { type Hour, parseHour } from '../../domain/time.ts';
import {
  EXCEEDANCE_PATTERN,
  OWN_NAMES,
  parseOwnQuantity,
  parseQuantity,
  QUANTITY_NAMES,
} from '../answers/quantities.ts';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** The most locations of one answer, and the most values of any list. */
export const MOST_LOCATIONS = 1000;

/** A text of 1 to 200 characters. */
export function text() {
  return z.string().min(1, 'is empty').max(200, 'is longer than 200 characters').meta({ minLength: 1, maxLength: 200 });
}

export function number(min: number, max: number) {
  return z
    .string()
    .transform((given, context): number => {
      const value = readNumber(given);
      if (value >= min && value <= max) return value;
      context.addIssue(`is '${given.slice(0, 40)}', not a number from ${min} to ${max}`);
      return z.NEVER;
    })
    .meta({ type: 'number', minimum: min, maximum: max });
}

/** `52.5,48.1`: up to 1000 numbers, repeated ones too. @param missing a word for no number */
export function numbers(min: number, max: number, missing?: string) {
  const item = { type: 'number', minimum: min, maximum: max };
  return z
    .string()
    .transform((given, context): number[] => {
      const texts = itemsOf(given);
      const values = texts.map(readNumber);
      if (texts.length === 0) {
        context.addIssue('is empty');
        return z.NEVER;
      }
      const wrong = values.findIndex((value, index) => !(value >= min && value <= max) && texts[index] !== missing);
      if (wrong < 0 && values.length <= MOST_LOCATIONS) return values;
      context.addIssue(
        wrong < 0
          ? `lists ${values.length} values, at most ${MOST_LOCATIONS} are possible`
          : `is '${texts[wrong].slice(0, 40)}', not a number from ${min} to ${max}`,
      );
      return z.NEVER;
    })
    .meta({
      type: 'array',
      items: missing === undefined ? item : { anyOf: [item, { type: 'string', enum: [missing] }] },
      minItems: 1,
      maxItems: MOST_LOCATIONS,
    });
}

export function integer(min: number, max: number) {
  return z
    .string()
    .transform((given, context): number => {
      const value = /^[+-]?\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
      if (value >= min && value <= max) return value;
      context.addIssue(`is '${given.slice(0, 40)}', not a whole number from ${min} to ${max}`);
      return z.NEVER;
    })
    .meta({ type: 'integer', minimum: min, maximum: max });
}

export function oneOf<const T extends string>(...values: readonly T[]) {
  return z
    .string()
    .transform((given, context): T => {
      const value = values.find((candidate) => candidate === given);
      if (value !== undefined) return value;
      context.addIssue(wrongChoice(given, values));
      return z.NEVER;
    })
    .meta({ enum: [...values] });
}

export function flag() {
  return z
    .string()
    .transform((given, context): boolean => {
      const value = given.trim().toLowerCase();
      if (value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0' || value === '') return false;
      context.addIssue(`is '${given.slice(0, 40)}', neither 'true' nor 'false'`);
      return z.NEVER;
    })
    .meta({ type: 'boolean' });
}

/** `a,b`: each once, in the order of their first mention; all of `known` where it is given. Empty items say nothing. */
export function list<const T extends string>(known?: readonly T[], { least = 1, most = 64 } = {}) {
  return z
    .string()
    .transform((given, context): T[] => {
      const values = [...new Set(itemsOf(given))];
      if (values.some((value) => value.length > 200)) {
        context.addIssue('holds a value longer than 200 characters');
        return z.NEVER;
      }
      const wrong = values.find((value) => known && !known.includes(value as T));
      if (wrong === undefined && values.length >= least && values.length <= most) return values as T[];
      context.addIssue(
        wrong !== undefined
          ? wrongChoice(wrong, known ?? [])
          : values.length < least
            ? 'is empty'
            : `lists more than ${most} values`,
      );
      return z.NEVER;
    })
    .meta({
      type: 'array',
      items: known
        ? { type: 'string', enum: [...known] }
        : { type: 'string', minLength: 1, maxLength: 200, pattern: '^[^,]*$' },
      minItems: least,
      maxItems: most,
    });
}

/** Names of quantities, `a,b`: each once, in the order of their first mention. */
export function quantities() {
  return named(parseQuantity, QUANTITY_NAMES, EXCEEDANCE_PATTERN);
}

/** The same of what is forecast here, without what only Open-Meteo has. */
export function ownQuantities() {
  return named(parseOwnQuantity, OWN_NAMES, EXCEEDANCE_PATTERN);
}

/** Names, `a,b`, of the known ones or after a pattern: each once, in the order of their first mention. */
export function named<T>(parse: (name: string) => T | undefined, known: readonly string[], pattern: string) {
  return list(undefined, { least: 0 })
    .transform((names, context): T[] => {
      const found = names.map(parse);
      const wrong = found.indexOf(undefined);
      if (wrong < 0) return found as T[];
      context.addIssue(wrongChoice(names[wrong], known));
      return z.NEVER;
    })
    .meta({
      type: 'array',
      items: {
        anyOf: [
          { type: 'string', enum: [...known] },
          { type: 'string', pattern },
        ],
      },
      minItems: 0,
      maxItems: 64,
    });
}

/** `a,b`: texts, repeated ones too, one for each place. */
export function texts() {
  return z
    .string()
    .transform((given, context): string[] => {
      const values = itemsOf(given);
      if (values.length <= MOST_LOCATIONS) return values;
      context.addIssue(`lists more than ${MOST_LOCATIONS} values`);
      return z.NEVER;
    })
    .meta({
      type: 'array',
      items: { type: 'string', minLength: 1, pattern: '^[^,]*$' },
      minItems: 0,
      maxItems: MOST_LOCATIONS,
    });
}

/** A whole hour in UTC, or `latest`. */
export function hourOrLatest() {
  return z
    .string()
    .transform((given, context): Hour | 'latest' => {
      if (given === 'latest') return given;
      const hour = readHour(given);
      if (hour !== undefined) return hour;
      context.addIssue(`is '${given.slice(0, 40)}', neither 'latest' nor a whole hour in UTC like 2024-03-01T06:00Z`);
      return z.NEVER;
    })
    .meta({ examples: ['latest', '2024-03-01T06:00Z'] });
}

/** A whole hour of no zone, `2024-03-01T06:00`, as if it were UTC. */
export function localHour() {
  return z
    .string()
    .transform((given, context): Hour => {
      const hour = /[Z+]/.test(given) ? undefined : readHour(given);
      if (hour !== undefined) return hour;
      context.addIssue(`is '${given.slice(0, 40)}', not a whole hour like 2024-03-01T06:00`);
      return z.NEVER;
    })
    .meta({ examples: ['2024-03-01T06:00'] });
}

/** A quarter of an hour of no zone, `2024-03-01T06:15`, as if it were UTC: hours with fractions. */
export function localQuarter() {
  return z
    .string()
    .transform((given, context): number => {
      const match = /^(\d{4}-\d{2}-\d{2}T\d{2}):(00|15|30|45)$/.exec(given);
      const hour = match ? readHour(match[1]) : undefined;
      if (match && hour !== undefined) return hour + Number(match[2]) / 60;
      context.addIssue(`is '${given.slice(0, 40)}', not a quarter of an hour like 2024-03-01T06:15`);
      return z.NEVER;
    })
    .meta({ examples: ['2024-03-01T06:15'] });
}

/** A date, as days since 1970-01-01. */
export function date() {
  return z
    .string()
    .transform((given, context): number => {
      const hour = DATE.test(given) ? readHour(given) : undefined;
      if (hour !== undefined) return hour / 24;
      context.addIssue(`is '${given.slice(0, 40)}', not a date like 2024-03-01`);
      return z.NEVER;
    })
    .meta({ format: 'date' });
}

export interface Box {
  south: number;
  west: number;
  north: number;
  east: number;
}

/** `south,west,north,east`; a west beyond the east goes across 180 degrees. */
export function boundingBox() {
  return z
    .string()
    .transform((given, context): Box => {
      const [south, west, north, east, ...more] = itemsOf(given).map(readNumber);
      const isOnEarth =
        Math.abs(south) <= 90 && Math.abs(north) <= 90 && Math.abs(west) <= 180 && Math.abs(east) <= 180;
      if (isOnEarth && south <= north && more.length === 0) return { south, west, north, east };
      context.addIssue(`is '${given.slice(0, 80)}', not south,west,north,east like -20,170,-10,-175`);
      return z.NEVER;
    })
    .meta({ type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 });
}

/** Of a list as people write it: spaces and empty items say nothing. */
function itemsOf(given: string): string[] {
  return given
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

function readNumber(given: string): number {
  return NUMBER.test(given) ? Number(given) : Number.NaN;
}

function readHour(given: string): Hour | undefined {
  try {
    return parseHour(given.slice(0, 40));
  } catch {
    return undefined;
  }
}

export function wrongChoice(given: string, values: readonly string[]): string {
  if (given === '') return 'is empty';
  const meant = closest(given, values);
  return `has the value '${given.slice(0, 64)}'${meant ? `; did you mean '${meant}'?` : `; known are ${values.join(', ')}`}`;
}
