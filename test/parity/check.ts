/** One comparison with the reference: how it is described, run and judged. */
import type { NamedTensor, Weights } from '../../models/weights/safetensors.ts';
import { KernelcastError } from '../../src/errors.ts';
import { ENGINES, type Engine, evaluate, type Setting } from './engines.ts';
import { type Difference, difference } from './fixture.ts';

/** A largest error over a largest magnitude. */
export const TOLERANCE = {
  /** Blocks and networks, their statistics, and fused weights. */
  network: 2e-5,
  /** The time-series forecasters as a whole. */
  forecast: 2e-4,
  /** Each module of CorrFormer. */
  module: 2e-5,
  gradient: 2e-4,
} as const;

export interface Check {
  quantity: string;
  /** `host`: plain arithmetic, no engine. */
  engine: Engine | 'host';
  tolerance: number;
  /** What is evaluated, where the check is an evaluation on an engine. */
  setting?: Setting;
  /** The pairs to compare, by name; those of one check come from one computation. */
  run(): Promise<Map<string, Pair>>;
}

export interface Pair {
  found: NamedTensor | undefined;
  reference: NamedTensor;
}

export interface Outcome extends Difference {
  file: string;
  quantity: string;
  engine: Check['engine'];
  tolerance: number;
  pass: boolean;
  /** The name of the pair that differs most, where there are several. */
  worst?: string;
}

/** Runs a check; the outcome is that of the pair that differs most. */
export async function runCheck(file: string, { quantity, engine, tolerance, run }: Check): Promise<Outcome> {
  const differences = [...(await run())].map(([name, { found, reference }]) => ({
    name,
    ...(found ? difference(found, reference) : { absolute: Infinity, relative: Infinity }),
  }));
  const [first, ...others] = differences.sort((a, b) => b.relative - a.relative);
  if (!first)
    throw new KernelcastError('FORMAT', `${file} has nothing to compare for '${quantity}'`, { where: { file } });
  return {
    file,
    quantity,
    engine,
    tolerance,
    absolute: first.absolute,
    relative: first.relative,
    pass: first.relative <= tolerance,
    ...(others.length > 0 ? { worst: first.name } : {}),
  };
}

/** An evaluation on each engine, its outputs beside the reference's of the same names. */
export function evaluations(quantity: string, tolerance: number, setting: Setting, reference: Weights): Check[] {
  return ENGINES.map((engine) => ({
    quantity,
    engine,
    tolerance,
    setting,
    run: async () => pairs(new Map(Object.entries(await evaluate(engine, setting))), reference),
  }));
}

/** Each of the reference's tensors beside the one that was found under its name. */
export function pairs(found: ReadonlyMap<string, NamedTensor>, reference: Weights): Map<string, Pair> {
  return new Map([...reference].map(([name, tensor]) => [name, { found: found.get(name), reference: tensor }]));
}
