/**
 * Errors of rules that need no fit, over every window of a series of several variables, as benchmarks of long horizons count
 * them: 48 hours are seen, the next `horizon` are forecast, windows begin at each hour, and every hour of each window counts.
 */

/** Which hour's values stand for an hour to come, counted from 0 behind the last one seen. */
export const RULES = {
  /** The last value goes on. */
  persistence: (_hour: number, last: number) => last,
  /** The last day comes again. */
  'last-day': (hour: number, last: number) => last - 23 + (hour % 24),
} as const;
export type Rule = keyof typeof RULES;

export interface WindowSums {
  windows: number;
  /** By variable. */
  count: number[];
  absolute: number[];
  squared: number[];
}

export function noWindows(variables: number): WindowSums {
  const zeros = () => new Array<number>(variables).fill(0);
  return { windows: 0, count: zeros(), absolute: zeros(), squared: zeros() };
}

/** @param values [hour, variable] of one station; what is NaN counts for nothing */
export function addWindows(
  sums: WindowSums,
  values: Float64Array,
  rule: Rule,
  { seen = 48, horizon }: { seen?: number; horizon: number },
): void {
  const variables = sums.count.length;
  const hours = values.length / variables;
  const from = RULES[rule];
  for (let last = seen - 1; last + horizon < hours; last++) {
    sums.windows++;
    for (let hour = 0; hour < horizon; hour++) {
      const [source, target] = [from(hour, last) * variables, (last + 1 + hour) * variables];
      for (let variable = 0; variable < variables; variable++) {
        const error = values[source + variable] - values[target + variable];
        if (Number.isNaN(error)) continue;
        sums.count[variable]++;
        sums.absolute[variable] += Math.abs(error);
        sums.squared[variable] += error * error;
      }
    }
  }
}

export interface MeanErrors {
  mae: number[];
  mse: number[];
  /** The plain mean over the variables, whatever their units: what leaderboards call overall. */
  overall: { mae: number; mse: number };
}

export function meanErrors({ count, absolute, squared }: WindowSums): MeanErrors {
  const mae = absolute.map((sum, i) => sum / count[i]);
  const mse = squared.map((sum, i) => sum / count[i]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mae, mse, overall: { mae: mean(mae), mse: mean(mse) } };
}
