/**
 * Query parameters: each route describes its own with zod; what does not fit is refused by the parameter's name.
 *
 *     const schema = z.strictObject({ station: text(), past_hours: integer(0, 168).default(0) });
 *     const { station, past_hours } = parseQuery(schema, request);
 *
 * A parameter is given once. Lists take `a,b` and `hourly=a&hourly=b`, as Open-Meteo does.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { type Hour, parseHour } from '../domain/time.ts';
import { isKernelcastError, KernelcastError } from '../errors.ts';
import { closest } from './closest.ts';
import { parseQuantity, QUANTITY_NAMES, type Quantity } from './quantities.ts';

const LIST_PARAMETERS = new Set(['hourly', 'models']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** `USAGE` for a query parameter. */
export function badParameter(parameter: string, message: string, hint?: string): KernelcastError {
  return new KernelcastError('USAGE', message, { where: { parameter }, hint });
}

/** The same error, said of a query parameter, if it is one of the given codes; any other comes back as it is. */
export async function blame<T>(parameter: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!isKernelcastError(error, 'NOT_FOUND', 'USAGE')) throw error;
    throw new KernelcastError(error.code, error.message, { where: { parameter }, hint: error.hint });
  }
}

/** @throws KernelcastError `USAGE` that names the parameter */
export function parseQuery<T extends z.ZodObject>(schema: T, request: Request): z.infer<T> {
  const known = Object.keys(schema.shape);
  const given = new Map<string, string>();
  const mark = request.url.indexOf('?');
  for (const [name, value] of new URLSearchParams(mark < 0 ? '' : request.url.slice(mark))) {
    if (!known.includes(name)) throw unknownParameter(name, known);
    const earlier = given.get(name);
    if (earlier !== undefined && !LIST_PARAMETERS.has(name)) {
      throw badParameter(name, `the parameter '${name}' is given more than once`);
    }
    given.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const parameter = String(issue.path[0] ?? '');
  throw badParameter(parameter, `the parameter '${parameter}' ${issue.message}`);
}

function unknownParameter(name: string, known: readonly string[]): KernelcastError {
  const meant = closest(name, known);
  const shown = name.slice(0, 64);
  const all = known.length > 0 ? `Parameters here: ${known.join(', ')}.` : 'There are no parameters here.';
  return badParameter(shown, `there is no parameter '${shown}'`, meant ? `Did you mean '${meant}'? ${all}` : all);
}

/** A text of 1 to 200 characters. */
export function text() {
  return z.string().min(1, 'is empty').max(200, 'is longer than 200 characters');
}

export function number(min: number, max: number) {
  return z.string().transform((given, context): number => {
    const value = NUMBER.test(given) ? Number(given) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue(`is '${given.slice(0, 40)}', not a number from ${min} to ${max}`);
    return z.NEVER;
  });
}

export function integer(min: number, max: number) {
  return z.string().transform((given, context): number => {
    const value = /^[+-]?\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue(`is '${given.slice(0, 40)}', not a whole number from ${min} to ${max}`);
    return z.NEVER;
  });
}

export function oneOf<const T extends string>(...values: readonly T[]) {
  return z.string().transform((given, context): T => {
    const value = values.find((candidate) => candidate === given);
    if (value !== undefined) return value;
    context.addIssue(wrongChoice(given, values));
    return z.NEVER;
  });
}

/** `a,b`: each once, in the order of their first mention; all of `known` where it is given. */
export function list<const T extends string>(known?: readonly T[]) {
  return z.string().transform((given, context): T[] => {
    const values = [...new Set(given.split(',').map((value) => value.trim()))];
    const wrong = values.find((value) => value === '' || (known && !known.includes(value as T)));
    if (wrong === undefined && values.length <= 64) return values as T[];
    context.addIssue(wrong === undefined ? 'lists more than 64 values' : wrongChoice(wrong, known ?? []));
    return z.NEVER;
  });
}

/** Names of quantities, `a,b`: each once, in the order of their first mention. */
export function quantities() {
  return list().transform((names, context): Quantity[] => {
    const found = names.map(parseQuantity);
    const wrong = found.indexOf(undefined);
    if (wrong < 0) return found as Quantity[];
    context.addIssue(wrongChoice(names[wrong], QUANTITY_NAMES));
    return z.NEVER;
  });
}

/** A whole hour in UTC, or `latest`. */
export function hourOrLatest() {
  return z.string().transform((given, context): Hour | 'latest' => {
    if (given === 'latest') return given;
    try {
      return parseHour(given.slice(0, 40));
    } catch {
      context.addIssue(`is '${given.slice(0, 40)}', neither 'latest' nor a whole hour in UTC like 2024-03-01T06:00Z`);
      return z.NEVER;
    }
  });
}

function wrongChoice(given: string, values: readonly string[]): string {
  if (given === '') return 'is empty, or holds an empty value';
  const meant = closest(given, values);
  return `has the value '${given.slice(0, 64)}'${meant ? `; did you mean '${meant}'?` : `; known are ${values.join(', ')}`}`;
}
