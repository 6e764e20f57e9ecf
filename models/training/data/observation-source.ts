/** What training reads observations from: a dataset of the store, or a file that somebody opens for it. */
import type { Series } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import type { Hour } from '../../../src/domain/time.ts';
import type { ObservationStore } from '../../../src/store/observations/observations.ts';

export interface ObservationSource {
  name: string;
  stations: readonly Station[];
  /** The hours that there are, `to` exclusive. */
  from: Hour;
  to: Hour;
  /** The number of variables. */
  variables: number;
  /** Another text whenever anything of it is another. */
  revision: string;
  /** The hours [from, to), and nothing read beyond them. */
  read(from: Hour, to: Hour): Promise<Series>;
  close?(): Promise<void>;
}

/** @throws KernelcastError `NOT_FOUND` naming the datasets that there are */
export async function datasetSource(store: ObservationStore, dataset: string): Promise<ObservationSource> {
  const { stations, from, to, variables, revision } = await store.describe(dataset);
  return {
    name: dataset,
    stations,
    from,
    to,
    variables: variables.length,
    revision,
    read: (first, end) => store.read(dataset, first, end),
  };
}
