/** `kernelcast inspect` of a dataset of the observation store, and of a run. */
import { FLAG, type Series, seriesVariableNames } from '../../domain/series.ts';
import { formatHour, type Hour, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import type { Described } from './described.ts';

/** Values of a variable by the way they came about. */
interface Counts {
  observed: number;
  interpolated: number;
  rejected: number;
  missing: number;
}

/** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
export async function describeDataset(root: string, dataset: string): Promise<Described> {
  const { ObservationStore } = await import('../../store/observations/observations.ts');
  const store = new ObservationStore(root);
  const info = await store.describe(dataset);
  const { monthsBetween } = await import('../../domain/series.ts');
  const { monthSpan } = await import('../../domain/time.ts');
  const counts: Record<string, Counts> = {};
  // Month by month: a dataset may be far larger than memory.
  for (const month of monthsBetween(info.from, info.to)) {
    const { from, to } = monthSpan(month);
    countValues(await store.read(dataset, Math.max(from, info.from), Math.min(to, info.to)), counts);
  }
  const lines = [
    `${dataset}, a dataset of hourly observations`,
    `  stations:  ${info.stations.length}`,
    `  span:      ${formatHour(info.from)} to ${formatHour(info.to - 1)}, ${info.to - info.from} hours`,
    ...countLines(counts),
    `  sources:   ${shortList(info.sources)}`,
    `  updated:   ${info.updatedAt}`,
  ];
  return { json: { kind: 'dataset', ...info, from: instant(info.from), to: instant(info.to), values: counts }, lines };
}

/** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
export async function describeRun(root: string, dataset: string, init: Hour): Promise<Described> {
  const { RunStore } = await import('../../store/runs/runs.ts');
  const store = new RunStore(root);
  const run = await store.describe(dataset, init);
  const models = [];
  for (const model of run.models) {
    const series = await store.read(dataset, init, model.id);
    models.push({
      ...model,
      stations: series.stations.length,
      variables: seriesVariableNames(series),
      quantiles: Object.keys(series.quantiles ?? {}),
    });
  }
  const lines = [
    `${dataset}/${formatHour(init)}, a run`,
    `  lead times: 1 to ${run.leadHours} hours, valid ${formatHour(init + 1)} to ${formatHour(init + run.leadHours)}`,
    `  made:       ${run.createdAt}`,
    ...models.map(
      ({ id, name, kind, stations, variables, quantiles }) =>
        `  model:      ${id} (${name}, ${kind}), ${stations} stations: ${variables.join(', ')}` +
        (quantiles.length > 0 ? `; quantiles of ${quantiles.join(', ')}` : ''),
    ),
  ];
  return { json: { kind: 'run', ...run, init: instant(init), models }, lines };
}

function countValues({ variables }: Series, counts: Record<string, Counts>): void {
  for (const [name, { flags }] of Object.entries(variables)) {
    counts[name] ??= { observed: 0, interpolated: 0, rejected: 0, missing: 0 };
    const count = counts[name];
    for (const flag of flags) {
      if (flag === FLAG.OBSERVED) count.observed++;
      else if (flag === FLAG.INTERPOLATED) count.interpolated++;
      else if (flag === FLAG.MISSING) count.missing++;
      else count.rejected++;
    }
  }
}

function countLines(counts: Record<string, Counts>): string[] {
  return Object.entries(counts).map(
    ([name, { observed, interpolated, rejected, missing }]) =>
      `  ${name}: ${observed} observed, ${interpolated} interpolated, ${rejected} rejected, ${missing} missing`,
  );
}

function shortList(texts: readonly string[]): string {
  const more = texts.length > 5 ? `, and ${texts.length - 5} more` : '';
  return texts.slice(0, 5).join(', ') + more;
}

function instant(hour: Hour): string {
  return new Date(hour * MILLISECONDS_PER_HOUR).toISOString();
}
