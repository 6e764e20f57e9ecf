/** What all benchmarks share: how a result is printed, and how times are summed up. */
import { cpus } from 'node:os';

/** Prints one result, with what it was measured on. */
export function report(result: Record<string, unknown>): void {
  const machine = { node: process.version, cpu: cpus()[0]?.model.trim(), cores: cpus().length };
  process.stdout.write(`${JSON.stringify({ ...result, ...machine })}\n`);
}

export interface Times {
  median: number;
  min: number;
  runs: number;
}

export function summarise(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, min: sorted[0], runs: times.length };
}
