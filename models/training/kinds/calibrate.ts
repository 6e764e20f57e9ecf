/** Forecasts the validation examples and measures the errors against what the network expected of them. */
import { openOnnxSession } from '../../engine/onnx/session.ts';
import { FORECAST_VARIABLES, LEAD_HOURS } from '../../forecast-model.ts';
import { CALIBRATION, StandardErrors } from '../../uncertainty/calibration.ts';
import { RANK_PATHS, RankPathSample } from '../../uncertainty/rank-paths.ts';
import type { NamedTensor, Weights } from '../../weights/safetensors.ts';
import type { Targets } from './channel-loss.ts';

const CHANNELS = FORECAST_VARIABLES.length;
/** Errors kept of each channel and lead hour. */
const MOST_ERRORS = 300_000;
/** Paths of errors that are kept of each channel. */
const MOST_PATHS = 200;

export interface CalibrationBatch extends Targets {
  inputs: Readonly<Record<string, NamedTensor>>;
}

/**
 * @param graph of a network with the outputs `mean` and `logScale`, each [example, lead, ..., channel], as the targets are
 * @param perLead values of one example and lead hour
 * @returns what the artefact keeps among its weights: the factors of the quantiles, [channel, lead, level], and the bank of
 * rank paths, [path, channel, lead], where a channel was observed through all lead hours somewhere
 */
export async function calibrate(
  graph: Uint8Array,
  batches: AsyncIterable<CalibrationBatch>,
  perLead: number,
): Promise<Weights> {
  const session = await openOnnxSession(graph);
  const errors = new StandardErrors(CHANNELS, LEAD_HOURS, MOST_ERRORS);
  const sample = new RankPathSample(CHANNELS, LEAD_HOURS, MOST_PATHS);
  try {
    for await (const { inputs, targets, weights } of batches) {
      const { mean, logScale } = await session.run(inputs);
      const standardised = new Float32Array(targets.length).fill(Number.NaN);
      for (let i = 0; i < targets.length; i++) {
        if (weights[i] === 0) continue;
        const lead = Math.floor(i / perLead) % LEAD_HOURS;
        standardised[i] = (targets[i] - mean.values[i]) / Math.exp(logScale.values[i]);
        errors.add(i % CHANNELS, lead, standardised[i]);
      }
      sample.offer(standardised, perLead);
    }
  } finally {
    await session.close();
  }
  const paths = sample.ranks();
  return new Map([[CALIBRATION, errors.factors()], ...(paths ? [[RANK_PATHS, paths] as const] : [])]);
}
