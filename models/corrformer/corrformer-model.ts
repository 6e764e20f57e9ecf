/**
 * A trained CorrFormer as a forecast model, of one variable and of the stations that it was trained for. Observations of
 * others are left out; where one of its own has none, the network sees the mean of the others.
 */
import { join } from 'node:path';
import type { Series } from '../../src/domain/series.ts';
import { openOnnxSession } from '../engine/onnx/session.ts';
import { type ForecastInput, type ForecastModel, forecastSeries, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';
import { ONNX_FILE, WEIGHTS_FILE } from '../weights/artefact.ts';
import { corrFormerConfig } from './artefact/architecture.ts';
import { OUTPUT, openCorrFormerArtefact } from './artefact/corrformer-artefact.ts';
import { ABSENT, corrFormerInputs, PADDING } from './embedding/window-inputs.ts';

/** Windows that go through the network at once; bounds the memory. */
const WINDOWS_AT_ONCE = 16;

/**
 * @returns undefined when the folder holds another kind of model
 * @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` or `MODEL` when the artefact is not whole
 */
export async function openCorrFormerModel(
  folder: string,
  options: { threads?: number } = {},
): Promise<ForecastModel | undefined> {
  const artefact = await openCorrFormerArtefact(folder);
  if (!artefact) return undefined;
  const { architecture, stations, nodes, id, name, files } = artefact.manifest;
  const { variable } = architecture;
  const config = corrFormerConfig(architecture);
  const session = await openOnnxSession(await artefact.read(ONNX_FILE), {
    threads: options.threads,
    file: join(folder, ONNX_FILE),
  });
  const order = nodes.flat();

  /** Where each slot's station stands among the observations'. */
  function slotsOf(observations: Series): number[] {
    const places = new Map(observations.stations.map((station, index) => [station.id, index]));
    return order.map((station) => (station < 0 ? PADDING : (places.get(stations[station].id) ?? ABSENT)));
  }

  async function forecastMany(inputs: readonly ForecastInput[]): Promise<Series[]> {
    const forecasts: Series[] = [];
    for (let from = 0; from < inputs.length; from += WINDOWS_AT_ONCE) {
      const some = inputs.slice(from, from + WINDOWS_AT_ONCE);
      const windows = some.map(({ observations, init }) => ({ observations, init, slots: slotsOf(observations) }));
      const given = corrFormerInputs(config, variable, windows);
      const { [OUTPUT]: output } = await session.run({ ...given });
      forecasts.push(...some.map((input, window) => seriesOf(input, windows[window].slots, output.values, window)));
    }
    return forecasts;
  }

  /** What the network says of a window, where it belongs. */
  function seriesOf(input: ForecastInput, slots: readonly number[], output: Float32Array, window: number): Series {
    const count = input.observations.stations.length;
    const values = new Float32Array(LEAD_HOURS * count).fill(Number.NaN);
    if (input.observations.variables[variable]) {
      for (let lead = 0; lead < LEAD_HOURS; lead++) {
        for (const [slot, station] of slots.entries()) {
          if (station < 0) continue;
          const value = output[(window * LEAD_HOURS + lead) * slots.length + slot];
          values[lead * count + station] = variable === 'wind_speed_10m' ? Math.max(0, value) : value;
        }
      }
    }
    return forecastSeries(input, new Map([[variable, values]]));
  }

  return {
    id,
    name,
    kind: 'network',
    weightsSha256: files[WEIGHTS_FILE].sha256,
    historyHours: INPUT_HOURS,
    forecast: async (input) => (await forecastMany([input]))[0],
    forecastMany,
  };
}
