/** Forecasts the validation examples and measures the errors against what the network expected of them. */
import { openOnnxSession } from '../engine/onnx/session.ts';
import { FORECAST_VARIABLES, LEAD_HOURS } from '../forecast-model.ts';
import { StandardErrors } from '../uncertainty/calibration.ts';
import type { NamedTensor } from '../weights/safetensors.ts';
import type { Targets } from './channel-loss.ts';

const CHANNELS = FORECAST_VARIABLES.length;
/** Errors kept of each channel and lead hour. */
const MOST_ERRORS = 300_000;

export interface CalibrationBatch extends Targets {
  inputs: Readonly<Record<string, NamedTensor>>;
}

/**
 * @param graph of a network with the outputs `mean` and `logScale`, each [example, lead, ..., channel], as the targets are
 * @param perLead values of one example and lead hour
 * @returns the factors of the quantiles, [channel, lead, level]
 */
export async function calibrate(
  graph: Uint8Array,
  batches: AsyncIterable<CalibrationBatch>,
  perLead: number,
): Promise<NamedTensor> {
  const session = await openOnnxSession(graph);
  const errors = new StandardErrors(CHANNELS, LEAD_HOURS, MOST_ERRORS);
  try {
    for await (const { inputs, targets, weights } of batches) {
      const { mean, logScale } = await session.run(inputs);
      for (let i = 0; i < targets.length; i++) {
        if (weights[i] === 0) continue;
        const lead = Math.floor(i / perLead) % LEAD_HOURS;
        errors.add(i % CHANNELS, lead, (targets[i] - mean.values[i]) / Math.exp(logScale.values[i]));
      }
    }
  } finally {
    await session.close();
  }
  return errors.factors();
}
