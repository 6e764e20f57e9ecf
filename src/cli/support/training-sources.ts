/** What a training configuration names as its data, opened: datasets of the store, and files. */
import type { ObservationSource } from '../../../models/training/data/observation-source.ts';
import type { DataConfig } from '../../../models/training/training-config.ts';
import { formatHour, type Hour } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import type { ObservationStore } from '../../store/observations/observations.ts';

const HOURS_PER_DAY = 24;

/** In the configuration's order. @throws KernelcastError see `ObservationStore.describe` and `openStationSeries` */
export async function openSources(config: DataConfig, store: ObservationStore): Promise<ObservationSource[]> {
  const [{ datasetSource }, { openStationSeries }] = await Promise.all([
    import('../../../models/training/data/observation-source.ts'),
    import('../../../ingest/hourly/station-series.ts'),
  ]);
  const sources: ObservationSource[] = [];
  for (const { dataset, file } of config.sources) {
    if (dataset !== undefined) {
      sources.push(await datasetSource(store, dataset));
    } else {
      const series = await openStationSeries(file!);
      sources.push({ ...series, name: file!, variables: series.variables.length });
    }
  }
  return sources;
}

export interface DataOptions {
  dataset: readonly string[];
  /** The dataset whose last days validate; the first by default. */
  validateOn?: string;
  validationDays: number;
  /** Nothing from here on is seen of any dataset. */
  until?: Hour;
}

/** The data part of a configuration from options of the command line: all of each dataset, the last days of one to validate. */
export async function dataOf(options: DataOptions, store: ObservationStore): Promise<DataConfig> {
  const { dataset: datasets, validateOn = datasets[0], validationDays, until = Number.POSITIVE_INFINITY } = options;
  if (!datasets.includes(validateOn)) {
    throw new KernelcastError('USAGE', `'${validateOn}' validates, but is not among the datasets`, {
      where: { datasets: datasets.join(', ') },
    });
  }
  const sources: DataConfig['sources'] = [];
  for (const dataset of datasets) {
    const { from, to } = await store.describe(dataset);
    const end = Math.min(to, until);
    const split = dataset === validateOn ? end - Math.round(validationDays * HOURS_PER_DAY) : end;
    const span = (first: Hour, last: Hour) => ({ from: formatHour(first), to: formatHour(last) });
    sources.push({
      dataset,
      train: span(from, split),
      ...(dataset === validateOn && { validate: span(split, end) }),
    });
  }
  const { dataConfigSchema } = await import('../../../models/training/training-config.ts');
  return dataConfigSchema.parse({ sources });
}
