/**
 * A forecaster of a set of stations as a forecast model. It forecasts its own stations wherever they stand in a dataset, found by
 * their ids; others have no forecast, and where one of its own is missing or silent it takes its climatology.
 */
import { join } from 'node:path';
import { orderQuantiles, QUANTILE_LEVELS } from '../../src/domain/quantiles.ts';
import type { RankPaths } from '../../src/domain/rank-paths.ts';
import type { Series } from '../../src/domain/series.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { openOnnxSession } from '../engine/onnx/session.ts';
import { FORECAST_VARIABLES, type ForecastInput, forecastSeries, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import { CALIBRATION, quantilesAround } from '../uncertainty/calibration.ts';
import { RANK_PATHS, rankPathsOf } from '../uncertainty/rank-paths.ts';
import { CHANNELS } from '../universal/config.ts';
import type { NetworkModel, NetworkModelOptions } from '../universal/network-model.ts';
import { WEIGHTS_FILE } from '../weights/artefact.ts';
import { decodeSafetensors, type NamedTensor } from '../weights/safetensors.ts';
import { emitStationSet, openStationSetArtefact } from './artefact.ts';
import { type Climate, climateOf } from './climate.ts';
import { createInputs, inputShapes, leadClimatology, namedInputs, writeInputs } from './inputs.ts';

/** Windows that go through the network at once; bounds the memory. */
const WINDOWS_AT_ONCE = 32;
const SPEED = FORECAST_VARIABLES.indexOf('wind_speed_10m');

/** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` or `MODEL` when the artefact is not whole or not of a station set */
export async function openStationSetModel(folder: string, options: NetworkModelOptions = {}): Promise<NetworkModel> {
  const artefact = await openStationSetArtefact(folder);
  const { architecture, stations, id, name, files } = artefact.manifest;
  const { tensors } = decodeSafetensors(await artefact.read(WEIGHTS_FILE), join(folder, WEIGHTS_FILE));
  const climate = climateOf(stations, tensors);
  const bank = tensors.get(RANK_PATHS);
  const uncertainty = { calibration: tensors.get(CALIBRATION), rankPaths: bank && rankPathsOf(bank) };
  const session = await openOnnxSession(emitStationSet(architecture, stations.length, tensors), {
    threads: options.threads,
    warm: options.warm ? inputShapes(stations.length, 1) : undefined,
    file: folder,
  });

  async function forecastMany(given: readonly ForecastInput[]): Promise<Series[]> {
    const forecasts: Series[] = [];
    for (let from = 0; from < given.length; from += WINDOWS_AT_ONCE) {
      const some = given.slice(from, from + WINDOWS_AT_ONCE);
      const inputs = createInputs(stations.length, some.length);
      const columns = some.map(({ observations }) => columnsIn(observations, climate));
      for (const [index, { observations, init }] of some.entries()) {
        writeInputs(inputs, index, climate, observations, columns[index], init);
      }
      const { mean, logScale } = await session.run(namedInputs(inputs, stations.length, some.length));
      for (const [index, input] of some.entries()) {
        const ofWindow = ({ values }: NamedTensor) =>
          values.subarray((index * values.length) / some.length, ((index + 1) * values.length) / some.length);
        const outputs = { mean: ofWindow(mean), logScale: ofWindow(logScale) };
        forecasts.push(seriesOf(input, columns[index], climate, outputs, uncertainty));
      }
    }
    return forecasts;
  }

  return {
    id,
    name,
    kind: 'network',
    weightsSha256: files[WEIGHTS_FILE].sha256,
    historyHours: INPUT_HOURS,
    engine: session.engine,
    forecast: async (input) => (await forecastMany([input]))[0],
    forecastMany,
    close: () => session.close(),
  };
}

/** Where each of the model's stations stands in the observations, or -1. */
function columnsIn({ stations }: Series, climate: Climate): Int32Array {
  const places = new Map(stations.map(({ id }, index) => [id, index]));
  return Int32Array.from(climate.stations, ({ id }) => places.get(id) ?? -1);
}

/** @param outputs of the network, each [lead * station * channel] */
function seriesOf(
  input: ForecastInput,
  columns: Int32Array,
  climate: Climate,
  outputs: { mean: Float32Array; logScale: Float32Array },
  { calibration, rankPaths }: { calibration: NamedTensor | undefined; rankPaths: RankPaths | undefined },
): Series {
  const width = input.observations.stations.length;
  const means = leadClimatology(climate, input.init);
  const empty = () => new Float32Array(LEAD_HOURS * width).fill(Number.NaN);
  const values = new Map<VariableName, Float32Array>();
  const quantiles: Record<string, readonly Float32Array[]> = {};
  FORECAST_VARIABLES.forEach((variable, channel) => {
    if (!input.observations.variables[variable]) return;
    const own = empty();
    const levels = QUANTILE_LEVELS.map(empty);
    for (let cell = 0; cell < LEAD_HOURS * columns.length; cell++) {
      const column = columns[cell % columns.length];
      if (column < 0) continue;
      const lead = Math.floor(cell / columns.length);
      const at = cell * CHANNELS + channel;
      const scale = climate.scales[channel];
      const value = means[channel][cell] + outputs.mean[at] * scale;
      own[lead * width + column] = channel === SPEED ? Math.max(0, value) : value;
      if (!calibration) continue;
      const around = quantilesAround(calibration, channel, lead, value, Math.exp(outputs.logScale[at]) * scale);
      for (const [level, quantile] of around.entries()) levels[level][lead * width + column] = quantile;
    }
    values.set(variable, own);
    if (calibration) quantiles[variable] = orderQuantiles(variable, levels);
  });
  return forecastSeries(input, values, quantiles, rankPaths);
}
