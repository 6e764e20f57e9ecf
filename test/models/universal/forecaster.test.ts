import { expect, test } from 'vitest';
import { initialise } from '../../../models/engine/initialise.ts';
import { openOnnxSession } from '../../../models/engine/onnx/session.ts';
import { Parameters } from '../../../models/engine/parameters.ts';
import { EVALUATION } from '../../../models/engine/pass.ts';
import { tensorFlowOps } from '../../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../../models/engine/tensorflow-backend.ts';
import { parseForecasterConfig } from '../../../models/universal/config.ts';
import { emitForecaster } from '../../../models/universal/forecaster-artefact.ts';
import { forecasterForward, forecasterInputShapes, forecasterSpecs } from '../../../models/universal/network.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import { TINY } from '../tiny-forecaster.ts';

test('the ONNX graph of the fused network gives what the training form gives', async () => {
  const { tf } = await openTensorFlow();
  const random = seededRandom('forecaster');
  const weights = initialise(forecasterSpecs(TINY, 'training'), random);
  // Fresh weights are nearly zero maps, which would agree whatever is wrong.
  for (const [name, { values }] of weights) {
    for (let i = 0; i < values.length; i++)
      values[i] = name.endsWith('running_var') ? 0.5 + random.uniform() : random.normal() * 0.3;
  }
  const images = 3;
  const shapes = forecasterInputShapes(images);
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()) },
    ]),
  );
  let eager = { mean: new Float32Array(), logScale: new Float32Array() };
  tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]),
    );
    const { series, marks, context } = tensors;
    const parameters = new Parameters(
      new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])])),
    );
    const given = { series, marks, context };
    const { mean, logScale } = forecasterForward(tensorFlowOps(tf), given, parameters, TINY, 'training', EVALUATION);
    eager = { mean: Float32Array.from(mean.dataSync()), logScale: Float32Array.from(logScale.dataSync()) };
  });
  const session = await openOnnxSession(emitForecaster(TINY, weights), { threads: 1 });
  const served = await session.run(inputs);
  for (const [name, expected] of Object.entries(eager)) {
    expect(served[name].shape).toEqual([images, 24 * 4]);
    const largest = Math.max(...expected.map(Math.abs));
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(served[name].values[i] - value)).toBeLessThan(2e-5 * largest);
    }
  }
});

test('an architecture with an unknown or wrong field is refused by name', () => {
  expect(() => parseForecasterConfig({ ...TINY, dModel: -1 })).toThrow(/not valid/);
  try {
    parseForecasterConfig({ ...TINY, backbone: { ...TINY.backbone, depths: [1, 2] } });
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'MODEL', where: { field: 'backbone.depths' } });
  }
});
