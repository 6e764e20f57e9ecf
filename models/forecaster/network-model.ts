/** The trained network as a forecast model: the stations' windows in, 24 hours of every station out, by ONNX Runtime. */
import { join } from 'node:path';
import type { Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import type { Shard } from '../../src/store/parts.ts';
import type { EngineReport } from '../engine/engine-choice.ts';
import { openOnnxSession } from '../engine/onnx/session.ts';
import {
  FORECAST_VARIABLES,
  type ForecastInput,
  type ForecastModel,
  forecastSeries,
  INPUT_HOURS,
  LEAD_HOURS,
} from '../forecast-model.ts';
import { imagesAtOnce } from '../unireplknet/network.ts';
import { ONNX_FILE, WEIGHTS_FILE } from '../weights/artefact.ts';
import { type ForecasterConfig, INPUT_CHANNELS } from './config.ts';
import { CHANNEL_SCALES, nodeFeatures } from './features.ts';
import { OUTPUT, openForecasterArtefact } from './forecaster-artefact.ts';
import { forecasterInputShapes } from './network.ts';
import { createNodeBatch, type NodeBatch } from './node-batch.ts';
import { layOutNodes, type NodeLayout } from './node-layout.ts';
import { recallTree, type StoredTree } from './stored-tree.ts';

const SPEED = FORECAST_VARIABLES.indexOf('wind_speed_10m');

export interface NetworkModelOptions {
  /** Threads that share one operation. Default: as many as there are cores. */
  threads?: number;
  /** Computes once on nothing now, so that the first forecast is not the slow one. */
  warm?: boolean;
}

/** A model that holds a session, and says what computes in it. */
export interface NetworkModel extends ForecastModel {
  readonly engine: EngineReport;
  close(): Promise<void>;
}

/** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` or `MODEL` when the artefact is not whole or not a forecaster. */
export async function openNetworkModel(folder: string, options: NetworkModelOptions = {}): Promise<NetworkModel> {
  const { threads, warm = false } = options;
  const artefact = await openForecasterArtefact(folder);
  const { architecture, stationTree, id, name, files } = artefact.manifest;
  const atOnce = imagesAtOnce(architecture.backbone, INPUT_HOURS, architecture.dModel);
  const session = await openOnnxSession(await artefact.read(ONNX_FILE), {
    threads,
    warm: warm ? forecasterInputShapes(architecture, atOnce) : undefined,
    file: join(folder, ONNX_FILE),
  });
  const batch = createNodeBatch(architecture, atOnce);
  const layoutOf = rememberLayout(architecture, stationTree);

  async function forecast(input: ForecastInput): Promise<Series> {
    const nodes = ofShard(layoutOf(input.observations.stations), input.shard);
    const values = new Map<VariableName, Float32Array>();
    for (const variable of FORECAST_VARIABLES) {
      if (!input.observations.variables[variable]) continue;
      values.set(variable, new Float32Array(LEAD_HOURS * input.observations.stations.length).fill(Number.NaN));
    }
    for (let from = 0; from < nodes.length; from += atOnce) {
      const some = nodes.slice(from, from + atOnce);
      for (const [image, node] of some.entries()) {
        nodeFeatures(input.observations, node, input.init, batch.features[image]);
      }
      const output = batch.output(some.length);
      await session.run(batch.inputs(some.length), { [OUTPUT]: output });
      writeForecasts(architecture, input, some, batch, output.values, values);
    }
    return forecastSeries(input, values);
  }

  // One after the other, since all write to the same batch.
  let last: Promise<unknown> = Promise.resolve();
  return {
    id,
    name,
    kind: 'network',
    weightsSha256: files[WEIGHTS_FILE].sha256,
    historyHours: INPUT_HOURS,
    engine: session.engine,
    forecast(input) {
      const result = last.then(() => forecast(input));
      last = result.catch(() => {});
      return result;
    },
    close: () => session.close(),
  };
}

/** Images lie in the order of the station tree, so a shard is a run of branches. */
function ofShard(nodes: readonly NodeLayout[], shard: Shard | undefined): readonly NodeLayout[] {
  if (!shard) return nodes;
  const at = (index: number) => Math.round((index * nodes.length) / shard.count);
  return nodes.slice(at(shard.index), at(shard.index + 1));
}

/** Laying out takes longer than forecasting; the station list of a dataset rarely changes. */
function rememberLayout(config: ForecasterConfig, stored: StoredTree): (stations: readonly Station[]) => NodeLayout[] {
  let key: string | undefined;
  let layout: NodeLayout[] = [];
  return (stations) => {
    // Somebody's own station: laid out at once, and no reason to forget a dataset's.
    if (stations.length === 1) return layOutNodes(stations, config);
    const places = stations.map(({ id, latitude, longitude }) => `${id},${latitude},${longitude}`).join(';');
    if (places !== key) {
      layout = layOutNodes(stations, config, recallTree(stored, stations));
      key = places;
    }
    return layout;
  };
}

/** Puts what the network says of the nodes' own stations where it belongs, in units. */
function writeForecasts(
  { stationsPerNode }: ForecasterConfig,
  { observations }: ForecastInput,
  nodes: readonly NodeLayout[],
  { features }: NodeBatch,
  output: Float32Array,
  result: ReadonlyMap<VariableName, Float32Array>,
): void {
  const count = observations.stations.length;
  nodes.forEach((node, image) => {
    for (let place = 0; place < stationsPerNode; place++) {
      const station = node.stations[place];
      if (station < 0) continue;
      for (let channel = 0; channel < INPUT_CHANNELS; channel++) {
        const target = result.get(FORECAST_VARIABLES[channel]);
        const baseline = features[image].baselines[place * INPUT_CHANNELS + channel];
        if (!target || Number.isNaN(baseline)) continue;
        for (let lead = 0; lead < LEAD_HOURS; lead++) {
          const index = ((image * LEAD_HOURS + lead) * stationsPerNode + place) * INPUT_CHANNELS + channel;
          const value = baseline + output[index] * CHANNEL_SCALES[channel];
          target[lead * count + station] = channel === SPEED ? Math.max(0, value) : value;
        }
      }
    }
  });
}
