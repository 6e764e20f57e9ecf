/** The models of a run: the network that the package ships, then the baselines that it is judged by. */
import { join } from 'node:path';
import { packageRoot } from '../src/config.ts';
import { climatology } from './baselines/climatology.ts';
import { persistence } from './baselines/persistence.ts';
import type { ForecastModel } from './forecast-model.ts';
import { type NetworkModel, type NetworkModelOptions, openNetworkModel } from './forecaster/network-model.ts';

/** The artefact that is shipped with the package. */
export const DEFAULT_MODEL = join(packageRoot(), 'models', 'pretrained', 'unireplknet');

/** The network first: it is the default model of a run. */
export async function openForecastModels(
  options: NetworkModelOptions & { network?: string } = {},
): Promise<[NetworkModel, ...ForecastModel[]]> {
  const { network = DEFAULT_MODEL, ...how } = options;
  return [await openNetworkModel(network, how), persistence, climatology];
}
