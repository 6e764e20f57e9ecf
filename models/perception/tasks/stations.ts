/** Eight days of weather of one station, from a list of real stations: which of them was it? */
import { seededRandom } from '../../../src/domain/random.ts';
import type { Series } from '../../../src/domain/series.ts';
import { KernelcastError } from '../../../src/errors.ts';
import { type DataSet, MAP_SIZE } from './data-set.ts';

const VARIABLES = ['temperature_2m', 'wind_u_component_10m', 'wind_v_component_10m'] as const;
const STATIONS = 8;
/** Of the span, at its end: the hours of the tests. */
const TEST_SHARE = 1 / 6;
/** Degrees, or metres a second, that count as one. */
const SCALE = 8;

/** How many series a station gives. */
export const SERIES = VARIABLES.length;

/** @throws KernelcastError `TOO_LITTLE_DATA` when there are too few stations or hours, or no wind. */
export function openStations(observations: Series): DataSet {
  const { stations, hours } = observations;
  const sources = VARIABLES.map((name) => observations.variables[name]);
  if (stations.length < STATIONS || hours < 20 * MAP_SIZE || sources.some((source) => source === undefined)) {
    throw new KernelcastError('TOO_LITTLE_DATA', `the task takes ${STATIONS} stations with temperature and wind`, {
      where: { stations: stations.length, hours },
    });
  }
  const chosen = Array.from({ length: STATIONS }, (_, i) => Math.floor((i * stations.length) / STATIONS));
  const split = Math.floor(hours * (1 - TEST_SHARE));
  return {
    sense: 'series',
    task: `whose eight days these are: temperature (less its mean) and wind of one of ${STATIONS} stations, tested on later hours`,
    classes: chosen.map((station) => stations[station].name ?? stations[station].id),
    example(part, index) {
      const label = index % STATIONS;
      const random = seededRandom(`station ${part} ${index}`);
      // No hour of a test's window is in any window of the training.
      const [from, to] = part === 'train' ? [0, split - MAP_SIZE] : [split, hours - MAP_SIZE];
      const first = from + Math.floor(random.uniform() * (to - from));
      const values = new Float32Array(MAP_SIZE * SERIES);
      for (const [series, source] of sources.entries()) {
        const window = Array.from({ length: MAP_SIZE }, (_, hour) => {
          return source!.values[(first + hour) * stations.length + chosen[label]];
        });
        const present = window.filter(Number.isFinite);
        const mean =
          series === 0 && present.length > 0 ? present.reduce((sum, value) => sum + value) / present.length : 0;
        for (const [hour, value] of window.entries()) {
          values[hour * SERIES + series] = Number.isFinite(value) ? (value - mean) / SCALE : 0;
        }
      }
      return { label, map: { channels: 1, height: MAP_SIZE, width: SERIES, values } };
    },
  };
}
