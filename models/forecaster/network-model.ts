/** The trained network as a forecast model: the stations' windows in, 24 hours of every station out, by ONNX Runtime. */
import { join } from 'node:path';
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { type OnnxSession, openOnnxSession } from '../engine/onnx/session.ts';
import {
  FORECAST_VARIABLES,
  type ForecastInput,
  type ForecastModel,
  forecastSeries,
  INPUT_HOURS,
  LEAD_HOURS,
} from '../forecast-model.ts';
import { ONNX_FILE, WEIGHTS_FILE } from '../weights/artefact.ts';
import { type ForecasterConfig, INPUT_CHANNELS } from './config.ts';
import { CHANNEL_SCALES, nodeFeatures } from './features.ts';
import { OUTPUT, openForecasterArtefact } from './forecaster-artefact.ts';
import { forecasterInputShapes } from './network.ts';
import { layOutNodes, type NodeLayout } from './node-layout.ts';

/** Images that go through the network at once; bounds the memory whatever the number of stations. */
const IMAGES_AT_ONCE = 64;
const SPEED = FORECAST_VARIABLES.indexOf('wind_speed_10m');

/** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` or `MODEL` when the artefact is not whole or not a forecaster. */
export async function openNetworkModel(folder: string, options: { threads?: number } = {}): Promise<ForecastModel> {
  const artefact = await openForecasterArtefact(folder);
  const { architecture, id, name, files } = artefact.manifest;
  const session = await openOnnxSession(await artefact.read(ONNX_FILE), { ...options, file: join(folder, ONNX_FILE) });
  const layoutOf = rememberLayout(architecture);
  return {
    id,
    name,
    kind: 'network',
    weightsSha256: files[WEIGHTS_FILE].sha256,
    historyHours: INPUT_HOURS,
    async forecast(input) {
      const nodes = layoutOf(input.observations.stations);
      const values = new Map<VariableName, Float32Array>();
      for (const variable of FORECAST_VARIABLES) {
        if (!input.observations.variables[variable]) continue;
        values.set(variable, new Float32Array(LEAD_HOURS * input.observations.stations.length).fill(Number.NaN));
      }
      for (let from = 0; from < nodes.length; from += IMAGES_AT_ONCE) {
        await forecastNodes(session, architecture, input, nodes.slice(from, from + IMAGES_AT_ONCE), values);
      }
      return forecastSeries(input, values);
    },
  };
}

/** Laying out takes longer than forecasting; the station list of a dataset rarely changes. */
function rememberLayout(config: ForecasterConfig): (stations: readonly Station[]) => NodeLayout[] {
  let key: string | undefined;
  let layout: NodeLayout[] = [];
  return (stations) => {
    const places = stations.map(({ latitude, longitude }) => `${latitude},${longitude}`).join(';');
    if (places !== key) {
      layout = layOutNodes(stations, config);
      key = places;
    }
    return layout;
  };
}

async function forecastNodes(
  session: OnnxSession,
  config: ForecasterConfig,
  { observations, init }: ForecastInput,
  nodes: readonly NodeLayout[],
  result: ReadonlyMap<VariableName, Float32Array>,
): Promise<void> {
  const features = nodes.map((node) => nodeFeatures(observations, node, init));
  const shapes = forecasterInputShapes(config, nodes.length);
  const feed = (name: 'series' | 'marks' | 'places') => ({
    shape: shapes[name],
    values: concatenate(features.map((feature) => feature[name])),
  });
  const outputs = await session.run({ series: feed('series'), marks: feed('marks'), places: feed('places') });
  const { values } = outputs[OUTPUT];

  const count = observations.stations.length;
  nodes.forEach((node, image) => {
    for (let place = 0; place < config.stationsPerNode; place++) {
      const station = node.stations[place];
      if (station < 0) continue;
      for (let channel = 0; channel < INPUT_CHANNELS; channel++) {
        const target = result.get(FORECAST_VARIABLES[channel]);
        const baseline = features[image].baselines[place * INPUT_CHANNELS + channel];
        if (!target || Number.isNaN(baseline)) continue;
        for (let lead = 0; lead < LEAD_HOURS; lead++) {
          const index = ((image * LEAD_HOURS + lead) * config.stationsPerNode + place) * INPUT_CHANNELS + channel;
          const value = baseline + values[index] * CHANNEL_SCALES[channel];
          target[lead * count + station] = channel === SPEED ? Math.max(0, value) : value;
        }
      }
    }
  });
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(arrays.reduce((length, array) => length + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    result.set(array, offset);
    offset += array.length;
  }
  return result;
}
