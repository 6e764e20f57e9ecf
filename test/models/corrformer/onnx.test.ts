/** CorrFormer as an ONNX graph whose number of windows is open, against the same on TensorFlow. */
import { describe, expect, it } from 'vitest';
import { corrFormer } from '../../../models/corrformer/network.ts';
import { reparameterize } from '../../../models/unireplknet/reparameterize.ts';
import { runOnOnnx, runOnTensorFlow, type Setting } from '../../parity/engines.ts';
import { difference } from '../../parity/fixture.ts';
import { freshWeights, KINDS, toyOf } from './toys.ts';

describe.each(KINDS)('with %s', (_, config) => {
  const { places, inputs } = toyOf(config, 3);
  const form = config.encoder.kind === 'unireplknet' ? 'fused' : 'training';
  const setting: Setting = {
    network: (ops, parameters, { series, marks, decoderMarks }, pass) => ({
      y: corrFormer(ops, { series, marks, decoderMarks }, places, parameters, config, form, pass),
    }),
    weights: reparameterize(freshWeights(config)),
    inputs: { ...inputs },
  };

  it('gives the same for a batch of windows', async () => {
    const [onnx, tensorFlow] = [await runOnOnnx(setting), await runOnTensorFlow(setting)];
    expect(difference(onnx.y, tensorFlow.y).relative).toBeLessThan(1e-5);
  });
});
