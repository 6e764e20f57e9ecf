/** Observations of one revision: what is read, and what the dataset says of itself, belong together. */
import type { Series } from '../../domain/series.ts';
import { formatHour, type Hour } from '../../domain/time.ts';
import type { DatasetInfo, ObservationStore } from '../../store/observations/observations.ts';

export interface Observed {
  info: DatasetInfo;
  /** Undefined where no hour was asked for. */
  series: Series | undefined;
}

/** Reads the hours [from, to) of some stations; a merge that comes between makes it begin anew. */
export async function readObserved(
  observations: ObservationStore,
  dataset: string,
  span: { from: Hour; to: Hour },
  stations: ReadonlySet<string>,
): Promise<Observed> {
  for (;;) {
    const info = await observations.describe(dataset);
    // What lies before the first hour and after the last is missing; it need not be laid out.
    const from = Math.max(span.from, info.from);
    const to = Math.min(span.to, info.to);
    const series = to > from ? await observations.read(dataset, from, to, stations) : undefined;
    if ((await observations.describe(dataset)).revision === info.revision) return { info, series };
  }
}

export function describeObserved({ dataset, from, to, revision, updatedAt }: DatasetInfo) {
  return { dataset, from: formatHour(from), to: formatHour(to), revision, updated_at: updatedAt };
}
