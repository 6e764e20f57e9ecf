/** The models of a run, and the models of an evaluation: networks first, then the baselines that they are judged by. */
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';
import type { Series } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import { climatology } from '../baselines/climatology.ts';
import { diurnalPersistence } from '../baselines/diurnal-persistence.ts';
import { openBaseline } from '../baselines/fitted/artefact.ts';
import { fitReferenceClimatology } from '../baselines/fitted/fit.ts';
import { persistence } from '../baselines/persistence.ts';
import { openCorrFormerModel } from '../corrformer/corrformer-model.ts';
import type { ForecastModel } from '../forecast-model.ts';
import { openStationSetModel } from '../station-set/station-set-model.ts';
import { type NetworkModel, type NetworkModelOptions, openNetworkModel } from '../universal/network-model.ts';
import { artefactSchema, readArtefact } from '../weights/artefact.ts';

/** The artefact that is shipped with the package. */
export const DEFAULT_MODEL = join(packageRoot(), 'models', 'pretrained', 'unireplknet');

/** The artefact of the benchmark's thirty Dutch stations, which is shipped too. */
export const STATION_SET_MODEL = join(packageRoot(), 'models', 'pretrained', 'knmi-30');

/**
 * A network that can serve, of whichever kind.
 * @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT`, `MODEL` where it is none
 */
export async function openNetwork(folder: string, options: NetworkModelOptions = {}): Promise<NetworkModel> {
  const { manifest } = await readArtefact(folder, artefactSchema);
  return manifest.kind === 'station-set' ? openStationSetModel(folder, options) : openNetworkModel(folder, options);
}

/** The network first: it is the default model of a run. */
export async function openForecastModels(
  options: NetworkModelOptions & { network?: string } = {},
): Promise<[NetworkModel, ...ForecastModel[]]> {
  const { network = DEFAULT_MODEL, ...how } = options;
  return [await openNetwork(network, how), persistence, climatology];
}

/**
 * Everything that can be judged on a dataset: the artefacts (networks and fitted baselines), the baselines that need no
 * fit, and a climatology fitted on the hours before the span, where there is a year of them.
 * @param observations of the dataset; of what lies in the span nothing is used
 * @param from the first target hour
 * @param options artefacts: the folders of artefacts, in place of the one that is shipped; fitted: baselines that were
 *   fitted for this evaluation
 */
export async function openEvaluatedModels(
  observations: Series,
  from: Hour,
  options: { artefacts?: readonly string[]; fitted?: readonly ForecastModel[] } = {},
): Promise<ForecastModel[]> {
  const { artefacts = [DEFAULT_MODEL], fitted = [] } = options;
  const models: ForecastModel[] = [];
  for (const folder of artefacts) {
    const model = (await openBaseline(folder)) ?? (await openCorrFormerModel(folder));
    models.push(model ?? (await openNetwork(folder)));
  }
  models.push(...fitted, persistence, diurnalPersistence, climatology);
  const reference = await fitReferenceClimatology(observations, from);
  if (reference) models.push(reference);
  // What was given goes before what has the same id and was made here.
  return models.filter(({ id }, index) => models.findIndex((other) => other.id === id) === index);
}
