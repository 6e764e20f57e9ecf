/**
 * The climatology of a span: its harmonic mean as the forecast, and as uncertainty the climatological distribution, the
 * empirical quantiles of what was observed in the span at the same hour of the day within 15 days of the same day of the year.
 * The reference that the CRPS of other models is held against.
 */
import { QUANTILE_LEVELS, QUANTILE_VARIABLES, type Quantiles } from '../../../src/domain/quantiles.ts';
import { FLAG, type Series } from '../../../src/domain/series.ts';
import { dayOfYear } from '../../../src/domain/sun.ts';
import type { Hour } from '../../../src/domain/time.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import { sortedQuantile } from '../../evaluation/bootstrap.ts';
import { LEAD_HOURS } from '../../forecast-model.ts';
import type { Weights } from '../../weights/safetensors.ts';
import { stationsOf, writeMean } from './harmonics.ts';
import { type BaselineMethod, type FitSpan, tensor } from './method.ts';

const HOURS_PER_DAY = 24;
/** The distribution is kept for every fifth day of the year. */
const DAYS_APART = 5;
const SEASONS = 73;
const HALF_WINDOW_DAYS = 15;
const LEVELS = QUANTILE_LEVELS.length;

export const harmonicClimatology: BaselineMethod = {
  id: 'harmonic-climatology',
  name: 'Harmonic climatology',
  fit: (span) => ({ weights: fitDistribution(span, span.variables), chosen: {} }),
  shapes: (stations) => ({ distribution: [SEASONS, HOURS_PER_DAY, stations, LEVELS] }),
  async open(_weights, harmonics) {
    return {
      predict: async (windows) =>
        windows.map(
          ({ init }) => new Map([...harmonics].map(([name, own]) => [name, meanForecast(own, init)] as const)),
        ),
    };
  },
};

/** [lead, station] */
export function meanForecast(harmonics: Float32Array, init: Hour): Float32Array {
  const stations = stationsOf(harmonics);
  const values = new Float32Array(LEAD_HOURS * stations);
  for (let lead = 0; lead < LEAD_HOURS; lead++) writeMean(harmonics, init + 1 + lead, values, lead * stations);
  return values;
}

/** `VARIABLE.distribution`: [season, hour of the day, station, level]; NaN where nothing was observed. */
function fitDistribution({ observations, from, to }: FitSpan, variables: readonly VariableName[]): Weights {
  const named = variables.filter((name) => (QUANTILE_VARIABLES as readonly VariableName[]).includes(name));
  const stations = observations.stations.length;
  return new Map(
    named.map((name) => {
      const values = new Float32Array(SEASONS * HOURS_PER_DAY * stations * LEVELS).fill(Number.NaN);
      for (let hourOfDay = 0; hourOfDay < HOURS_PER_DAY; hourOfDay++) {
        const hours = hoursBySeason(from, to, hourOfDay);
        for (let season = 0; season < SEASONS; season++) {
          for (let station = 0; station < stations; station++) {
            const at = ((season * HOURS_PER_DAY + hourOfDay) * stations + station) * LEVELS;
            values.set(quantilesAt(observations, name, hours[season], station), at);
          }
        }
      }
      return [`${name}.distribution`, tensor([SEASONS, HOURS_PER_DAY, stations, LEVELS], values)];
    }),
  );
}

/** For each season the hours of a span that are near it in the year, at one hour of the day. */
function hoursBySeason(from: Hour, to: Hour, hourOfDay: number): Hour[][] {
  const hours: Hour[][] = Array.from({ length: SEASONS }, () => []);
  const first = from + ((hourOfDay - (from % HOURS_PER_DAY) + HOURS_PER_DAY) % HOURS_PER_DAY);
  for (let hour = first; hour < to; hour += HOURS_PER_DAY) {
    const day = dayOfYear(hour);
    for (let season = 0; season < SEASONS; season++) {
      const apart = Math.abs(day - (season + 0.5) * DAYS_APART);
      if (Math.min(apart, 365 - apart) <= HALF_WINDOW_DAYS) hours[season].push(hour);
    }
  }
  return hours;
}

function quantilesAt(observations: Series, name: VariableName, hours: readonly Hour[], station: number): number[] {
  const { values, flags } = observations.variables[name]!;
  const sample = new Float32Array(hours.length);
  let count = 0;
  for (const hour of hours) {
    const index = (hour - observations.from) * observations.stations.length + station;
    if (flags[index] === FLAG.OBSERVED) sample[count++] = values[index];
  }
  const sorted = sample.subarray(0, count).sort();
  return QUANTILE_LEVELS.map((level) => (count === 0 ? Number.NaN : sortedQuantile(sorted, level)));
}

/** The quantiles of the 24 hours after `init`, from the weights of a climatology; none where it has no distribution. */
export function distributionForecast(weights: Weights, variables: readonly VariableName[], init: Hour): Quantiles {
  const quantiles: Quantiles = {};
  for (const name of variables) {
    const table = weights.get(`${name}.distribution`);
    if (!table) continue;
    const stations = table.shape[2];
    const levels = QUANTILE_LEVELS.map(() => new Float32Array(LEAD_HOURS * stations));
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      const hour = init + 1 + lead;
      const season = Math.min(SEASONS - 1, Math.floor(dayOfYear(hour) / DAYS_APART));
      const from = (season * HOURS_PER_DAY + (hour % HOURS_PER_DAY)) * stations * LEVELS;
      for (let station = 0; station < stations; station++) {
        for (let level = 0; level < LEVELS; level++) {
          levels[level][lead * stations + station] = table.values[from + station * LEVELS + level];
        }
      }
    }
    quantiles[name] = levels;
  }
  return quantiles;
}
