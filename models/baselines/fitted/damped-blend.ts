/**
 * Damped blend: the harmonic climatology plus fitted shares of three anomalies of the station itself: the last one, the one 24
 * hours before the valid time, and the mean of the 48 hours. Three numbers for each lead hour and station.
 */
import { INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import type { NamedTensor } from '../../weights/safetensors.ts';
import { meanForecast } from './harmonic-climatology.ts';
import { lagMoments } from './lag-moments.ts';
import { solveRidge } from './least-squares.ts';
import { type BaselineMethod, spanAnomalies, tensor } from './method.ts';
import { residualShapes } from './residual-quantiles.ts';

const SHARES = 3;
/** Of the mean square of an anomaly: at the last lead hour two of the three are the same. */
const RELATIVE_PENALTY = 1e-6;

export const dampedBlend: BaselineMethod = {
  id: 'damped-blend',
  name: 'Damped blend',
  fit(input) {
    const weights = new Map<string, NamedTensor>();
    for (const variable of input.variables) {
      const { series, windows } = spanAnomalies(input, variable, input.from, input.to);
      const shares = new Float32Array(LEAD_HOURS * series.length * SHARES);
      for (const [station, own] of series.entries()) {
        const { gram, right } = lagMoments([own], windows);
        for (let lead = 0; lead < LEAD_HOURS; lead++) {
          shares.set(fitShares(gram, right, lead), (lead * series.length + station) * SHARES);
        }
      }
      weights.set(`${variable}.shares`, tensor([LEAD_HOURS, series.length, SHARES], shares));
    }
    return { weights, chosen: {} };
  },
  shapes: (stations) => ({ shares: [LEAD_HOURS, stations, SHARES], ...residualShapes(stations) }),
  async open(weights, harmonics) {
    return {
      predict: async (windows) =>
        windows.map(({ init, anomalies }) => {
          const forecasts = [...harmonics].map(([variable, own]) => {
            const values = meanForecast(own, init);
            addShares(values, weights.get(`${variable}.shares`)!.values, anomalies.get(variable)!);
            return [variable, values] as const;
          });
          return new Map(forecasts);
        }),
    };
  },
};

/** For each of the three, what each of the 48 hours counts in it. */
function featureRows(lead: number): Float64Array[] {
  const single = (hour: number) => Float64Array.from({ length: INPUT_HOURS }, (_, index) => (index === hour ? 1 : 0));
  const mean = new Float64Array(INPUT_HOURS).fill(1 / INPUT_HOURS);
  return [single(INPUT_HOURS - 1), single(dayBefore(lead)), mean];
}

/** The input hour that is 24 hours before a lead hour, counted from 0. */
function dayBefore(lead: number): number {
  return INPUT_HOURS + lead - 24;
}

function fitShares(gram: Float64Array, right: Float64Array, lead: number): Float64Array {
  const features = featureRows(lead);
  const square = new Float64Array(SHARES * SHARES);
  const product = new Float64Array(SHARES);
  for (let a = 0; a < SHARES; a++) {
    for (let i = 0; i < INPUT_HOURS; i++) {
      if (features[a][i] === 0) continue;
      product[a] += features[a][i] * right[i * LEAD_HOURS + lead];
      for (let b = 0; b < SHARES; b++) {
        for (let j = 0; j < INPUT_HOURS; j++) {
          square[a * SHARES + b] += features[a][i] * gram[i * INPUT_HOURS + j] * features[b][j];
        }
      }
    }
  }
  // A station that was never observed has anomalies of 0 throughout.
  const penalty = new Float64Array(SHARES).fill(RELATIVE_PENALTY * square[0] || 1);
  return solveRidge(square, product, penalty);
}

function addShares(values: Float32Array, shares: Float32Array, anomalies: Float32Array): void {
  const stations = anomalies.length / INPUT_HOURS;
  for (let station = 0; station < stations; station++) {
    let mean = 0;
    for (let hour = 0; hour < INPUT_HOURS; hour++) mean += anomalies[hour * stations + station] / INPUT_HOURS;
    const last = anomalies[(INPUT_HOURS - 1) * stations + station];
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      const cell = lead * stations + station;
      const [a, b, c] = shares.subarray(cell * SHARES, cell * SHARES + SHARES);
      values[cell] += a * last + b * anomalies[dayBefore(lead) * stations + station] + c * mean;
    }
  }
}
