/** Which configurations a search tries: values of listed fields, by the field's path, drawn at random or all of them. */
import { z } from 'zod';
import { type Random, seededRandom } from '../../../src/domain/random.ts';
import { KernelcastError } from '../../../src/errors.ts';

const range = z
  .strictObject({
    min: z.number(),
    max: z.number(),
    /** Whether equal ratios are equally likely, or equal differences. */
    scale: z.enum(['linear', 'log']).default('linear'),
    integer: z.boolean().default(false),
  })
  .refine(({ min, max }) => min < max, 'min must lie below max')
  .refine(({ scale, min }) => scale === 'linear' || min > 0, 'a logarithmic range begins above 0');

export const searchSpaceSchema = z
  .record(z.string().regex(/^(architecture|data|training)\.[\w.]+$/), z.union([z.array(z.unknown()).min(1), range]))
  .refine((space) => Object.keys(space).length > 0, 'name a field at least');

export type SearchSpace = z.infer<typeof searchSpaceSchema>;

/** Values by the path of their field. */
export type Choice = Readonly<Record<string, unknown>>;

/** How often a choice that was there before is drawn again. */
const REDRAWS = 50;

/**
 * Different choices, the same ones for the same seed, and more of them only add to the others. Fewer where the space has no more.
 */
export function randomChoices(space: SearchSpace, count: number, seed: number): Choice[] {
  const choices = new Map<string, Choice>();
  for (let trial = 0; trial < count; trial++) {
    for (let draw = 0; draw < REDRAWS; draw++) {
      const random = seededRandom(`${seed}/trial ${trial}/${draw}`);
      const choice = Object.fromEntries(Object.entries(space).map(([path, values]) => [path, pick(values, random)]));
      const key = JSON.stringify(choice);
      if (choices.has(key)) continue;
      choices.set(key, choice);
      break;
    }
  }
  return [...choices.values()];
}

/**
 * Every combination; the last field changes first.
 * @throws KernelcastError `USAGE` naming a field that has a range in place of a list
 */
export function gridChoices(space: SearchSpace): Choice[] {
  let choices: Choice[] = [{}];
  for (const [path, values] of Object.entries(space)) {
    if (!Array.isArray(values)) {
      throw new KernelcastError('USAGE', 'a grid has lists of values, no ranges', {
        where: { field: `search.${path}` },
      });
    }
    choices = choices.flatMap((choice) => values.map((value) => ({ ...choice, [path]: value })));
  }
  return choices;
}

function pick(values: SearchSpace[string], random: Random): unknown {
  if (Array.isArray(values)) return values[Math.floor(random.uniform() * values.length)];
  const { min, max, scale, integer } = values;
  const share = random.uniform();
  const value = scale === 'log' ? min * (max / min) ** share : min + (max - min) * share;
  return integer ? Math.round(value) : Number(value.toPrecision(3));
}

/** A copy of a configuration with other values. @throws KernelcastError `USAGE` where a path leads through no table */
export function withChoice(config: unknown, choice: Choice): unknown {
  const copy = structuredClone(config);
  for (const [path, value] of Object.entries(choice)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    let table = copy as Record<string, unknown>;
    for (const key of keys) {
      const next = table[key];
      if (typeof next !== 'object' || next === null) {
        throw new KernelcastError('USAGE', 'the configuration has no such field', { where: { field: path } });
      }
      table = next as Record<string, unknown>;
    }
    table[last] = value;
  }
  return copy;
}
