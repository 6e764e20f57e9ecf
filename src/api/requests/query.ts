/**
 * Query parameters: each route describes its own with zod; what does not fit is refused by the parameter's name.
 *
 *     const schema = z.strictObject({ station: text(), past_hours: integer(0, 168).default(0) });
 *     const { station, past_hours } = parseQuery(schema, request);
 *
 * A parameter is given once. Lists take `a,b` and `hourly=a&hourly=b`, as Open-Meteo does. What nobody knows is passed over, since
 * programs add things of their own (`_=1732999999`); what is a slip of the pen from a known name is refused.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { closest } from '../../domain/closest.ts';
import { isKernelcastError, KernelcastError } from '../../errors.ts';
import { RENAMED_PARAMETERS } from '../names/old-names.ts';

/** Read before the routes see it (`access.ts`); Open-Meteo's clients send it so. */
const KEY_PARAMETER = 'apikey';

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
  return parsePairs(schema, queryOf(request));
}

function queryOf({ url }: Request): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark));
}

/**
 * The parameters of a body: the same as in a query, as JSON (numbers, texts and lists of them) or as a form.
 * @throws KernelcastError `USAGE` that names the parameter
 */
export function parseBody<T extends z.ZodObject>(schema: T, request: Request): z.infer<T> {
  const body: unknown = request.body;
  for (const name of queryOf(request).keys()) {
    if (name === KEY_PARAMETER) continue;
    const shown = name.slice(0, 64);
    throw badParameter(
      shown,
      `the parameter '${shown}' is in the address of a POST`,
      'Send all parameters in the body.',
    );
  }
  if (typeof body === 'string') return parsePairs(schema, new URLSearchParams(body));
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badParameter('body', 'the body is not an object of parameters', 'Send application/json, or a form.');
  }
  const isPlain = (value: unknown) => typeof value === 'number' || typeof value === 'string';
  const isFlag = (name: string) => Object.hasOwn(schema.shape, name) && typeOf(schema.shape[name]) === 'boolean';
  const pairs = Object.entries(body).map(([name, value]): [string, string] => {
    if (isPlain(value) || (typeof value === 'boolean' && isFlag(name))) return [name, String(value)];
    if (Array.isArray(value) && value.every(isPlain)) return [name, value.join(',')];
    throw badParameter(
      name.slice(0, 64),
      `the parameter '${name.slice(0, 64)}' is neither a number, a text nor a list`,
    );
  });
  return parsePairs(schema, pairs);
}

function parsePairs<T extends z.ZodObject>(schema: T, pairs: Iterable<[string, string]>): z.infer<T> {
  const known = Object.keys(schema.shape);
  const given = new Map<string, string>();
  for (const [written, text] of pairs) {
    if (written === KEY_PARAMETER) continue;
    const renamed = Object.hasOwn(RENAMED_PARAMETERS, written) ? RENAMED_PARAMETERS[written] : undefined;
    const name = renamed !== undefined && known.includes(renamed) ? renamed : written;
    if (!known.includes(name)) {
      refuseNearMiss(name, known);
      continue;
    }
    const value = text.trim();
    // What the decoder puts in place of bytes that are no UTF-8.
    if (value.includes('\ufffd')) throw badParameter(name, `the parameter '${name}' is not valid UTF-8`);
    const earlier = given.get(name);
    if (earlier !== undefined && !isList(schema.shape[name])) {
      throw badParameter(name, `the parameter '${name}' is given more than once`);
    }
    given.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const parameter = String(issue.path[0] ?? '');
  const isMissing = issue.code === 'invalid_type' && !given.has(parameter);
  throw badParameter(parameter, `the parameter '${parameter}' ${isMissing ? 'is missing' : issue.message}`);
}

function isList(schema: unknown): boolean {
  return typeOf(schema) === 'array';
}

/** As the description has it. */
function typeOf(schema: unknown): unknown {
  let inner = schema as z.ZodType;
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) inner = inner.unwrap() as z.ZodType;
  return inner.meta()?.type;
}

/** A name that is nearly a known one was meant to be it. */
function refuseNearMiss(name: string, known: readonly string[]): void {
  const meant = closest(name, known);
  if (meant === undefined) return;
  const shown = name.slice(0, 64);
  throw badParameter(
    shown,
    `there is no parameter '${shown}'`,
    `Did you mean '${meant}'? Parameters here: ${known.join(', ')}.`,
  );
}
