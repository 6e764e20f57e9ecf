/** Forecasts in the making: what the network says of image after image, in units, by variable and lead hour. */
import { orderQuantiles, QUANTILE_LEVELS } from '../../src/domain/quantiles.ts';
import type { RankPaths } from '../../src/domain/rank-paths.ts';
import type { Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { FORECAST_VARIABLES, forecastSeries, LEAD_HOURS } from '../forecast-model.ts';
import { quantilesAround } from '../uncertainty/calibration.ts';
import type { NamedTensor } from '../weights/safetensors.ts';
import { CHANNELS, TARGETS } from './config.ts';
import type { ImageBatch, ImageReader } from './image-reader.ts';
import type { StationWindows } from './station-windows.ts';

const SPEED = FORECAST_VARIABLES.indexOf('wind_speed_10m');

export class ForecastArrays {
  readonly #observations: Series;
  /** Of all of the observations. */
  readonly #all: readonly Station[];
  /** Where each station of the observations stands in the forecast. */
  readonly #columns: Int32Array;
  readonly #calibration: NamedTensor | undefined;
  readonly #units: Pick<ImageReader, 'scales' | 'turned'>;
  readonly #values = new Map<VariableName, Float32Array>();
  readonly #quantiles: Record<string, Float32Array[]> = {};

  /** @param stations those that the forecast holds, by their index among the observations' */
  constructor(
    observations: Series,
    stations: readonly number[],
    calibration: NamedTensor | undefined,
    units: Pick<ImageReader, 'scales' | 'turned'>,
  ) {
    this.#units = units;
    this.#all = observations.stations;
    this.#observations = { ...observations, stations: stations.map((station) => observations.stations[station]) };
    this.#columns = new Int32Array(observations.stations.length).fill(-1);
    for (const [column, station] of stations.entries()) this.#columns[station] = column;
    this.#calibration = calibration;
    const missing = () => new Float32Array(LEAD_HOURS * stations.length).fill(Number.NaN);
    for (const variable of FORECAST_VARIABLES) {
      if (!observations.variables[variable]) continue;
      this.#values.set(variable, missing());
      if (calibration) this.#quantiles[variable] = QUANTILE_LEVELS.map(missing);
    }
  }

  /**
   * What the network says of a batch of images, in units; nothing where a variable was left out.
   * @param stations that the images are of, by their index among the observations'
   * @param windows of all stations of the observations
   */
  write(
    stations: readonly number[],
    { climate, means }: StationWindows,
    { mean, logScale }: ReturnType<ImageBatch['outputs']>,
  ): void {
    const width = this.#observations.stations.length;
    const around = new Float64Array(QUANTILE_LEVELS.length);
    for (const [channel, variable] of FORECAST_VARIABLES.entries()) {
      const values = this.#values.get(variable);
      if (!values) continue;
      const levels = this.#quantiles[variable];
      const unit = this.#units.scales[channel];
      const signs = stations.map((station) => this.#units.turned(this.#all[station], channel));
      // Image by image within an hour: that is the order in which they lie in a shard's forecast.
      for (let lead = 0; lead < LEAD_HOURS; lead++) {
        const cell = lead * CHANNELS + channel;
        for (let image = 0; image < stations.length; image++) {
          const station = stations[image];
          if (Number.isNaN(means[station * CHANNELS + channel])) continue;
          const at = image * TARGETS + cell;
          const value = climate[station * TARGETS + cell] + mean.values[at] * unit * signs[image];
          const to = lead * width + this.#columns[station];
          values[to] = channel === SPEED ? Math.max(0, value) : value;
          if (!this.#calibration) continue;
          quantilesAround(this.#calibration, channel, lead, value, Math.exp(logScale.values[at]) * unit, around);
          for (let level = 0; level < levels.length; level++) levels[level][to] = around[level];
        }
      }
    }
  }

  asSeries(init: number, rankPaths: RankPaths | undefined): Series {
    const quantiles = Object.entries(this.#quantiles).map(([name, levels]) => {
      return [name, orderQuantiles(name as VariableName, levels)] as const;
    });
    const input = { observations: this.#observations, init };
    return forecastSeries(input, this.#values, Object.fromEntries(quantiles), rankPaths);
  }
}
