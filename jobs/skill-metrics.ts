/**
 * How good the forecasts of the last week were, beside those of the last two months, for Prometheus: an alarm on them rings where
 * errors have grown or the bands no longer hold, though all jobs do their work.
 */
import { Gauge } from 'prom-client';
import type { Hour } from '../src/domain/time.ts';
import { metricsRegistry } from '../src/metrics.ts';
import type { ScoreStore } from '../src/store/scores/scores.ts';

const registers = [metricsRegistry];
const labelNames = ['dataset', 'model', 'variable', 'window'] as const;

export const forecastError = new Gauge({
  name: 'kernelcast_forecast_mae',
  help: "Mean absolute error of the runs of the window, in the variable's unit (degC, m/s); none before half of it is scored.",
  labelNames,
  registers,
});

export const forecastCoverage = new Gauge({
  name: 'kernelcast_forecast_coverage80',
  help: 'Share of observations within the 80 % band in the runs of the window; none for models without bands.',
  labelNames,
  registers,
});

const HOURS_PER_DAY = 24;
/** Days back from the newest run that is scored. */
const WINDOWS = { '7d': 7, '60d': 60 } as const;

interface Sums {
  model: string;
  variable: string;
  count: number;
  absolute: number;
  uncertain: number;
  inside80: number;
}

/** What was added up of runs that were read: their scores never change. */
export class SkillMetrics {
  readonly #runs = new Map<Hour, Sums[]>();

  /** Sets the figures of a dataset by all that is scored by now. @throws KernelcastError as the store does */
  async measure(scores: Pick<ScoreStore, 'list' | 'read'>, dataset: string): Promise<void> {
    const inits = await scores.list(dataset);
    const newest = inits.at(-1);
    if (newest === undefined) return;
    const longest = newest - WINDOWS['60d'] * HOURS_PER_DAY;
    for (const init of this.#runs.keys()) if (init <= longest) this.#runs.delete(init);
    for (const init of inits.filter((each) => each > longest)) {
      if (!this.#runs.has(init))
        this.#runs.set(
          init,
          addUp(await scores.read(dataset, init), (row) => ({
            ...row,
            absolute: row.sumAbsoluteError,
            uncertain: row.quantiles?.count ?? 0,
            inside80: row.quantiles?.inside80 ?? 0,
          })),
        );
    }
    for (const [window, days] of Object.entries(WINDOWS)) this.#tell(dataset, window, newest, days * HOURS_PER_DAY);
  }

  #tell(dataset: string, window: string, newest: Hour, hours: number): void {
    const within = [...this.#runs].filter(([init]) => init > newest - hours);
    // A few days say nothing of two months.
    const isSpanned = newest - Math.min(...within.map(([init]) => init)) >= hours / 2;
    if (!isSpanned) return;
    for (const { model, variable, ...sums } of addUp(
      within.flatMap(([, its]) => its),
      (its) => its,
    )) {
      const labels = { dataset, model, variable, window };
      if (sums.count > 0) forecastError.set(labels, sums.absolute / sums.count);
      if (sums.uncertain > 0) forecastCoverage.set(labels, sums.inside80 / sums.uncertain);
    }
  }
}

function addUp<T extends { model: string; variable: string }>(rows: readonly T[], of: (row: T) => Sums): Sums[] {
  const groups = new Map<string, Sums>();
  for (const row of rows) {
    const { model, variable, ...its } = of(row);
    const key = `${model} ${variable}`;
    const sums = groups.get(key) ?? { model, variable, count: 0, absolute: 0, uncertain: 0, inside80: 0 };
    sums.count += its.count;
    sums.absolute += its.absolute;
    sums.uncertain += its.uncertain;
    sums.inside80 += its.inside80;
    groups.set(key, sums);
  }
  return [...groups.values()];
}
