import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { initialise } from '../../../../models/engine/initialise.ts';
import { openOnnxSession } from '../../../../models/engine/onnx/session.ts';
import { Parameters } from '../../../../models/engine/parameters.ts';
import { EVALUATION } from '../../../../models/engine/pass.ts';
import { tensorFlowOps } from '../../../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../../../models/engine/tensorflow-backend.ts';
import { openNetworkModel } from '../../../../models/universal/network-model.ts';
import { emitUpwind, writeUpwind } from '../../../../models/universal/upwind/artefact.ts';
import { upwindForward, upwindInputShapes, upwindSpecs } from '../../../../models/universal/upwind/network.ts';
import { seededRandom } from '../../../../src/domain/random.ts';
import { parseHour } from '../../../../src/domain/time.ts';
import { testSeries } from '../../synthetic-series.ts';
import { treeOf } from '../../tiny-forecaster.ts';
import { around, TINY_UPWIND } from './tiny.ts';

const random = seededRandom('upwind');
const folder = await mkdtemp(join(tmpdir(), 'kernelcast-upwind-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Fresh weights are nearly zero maps, which would agree whatever is wrong. */
function drawn() {
  const weights = initialise(upwindSpecs(TINY_UPWIND, 'training'), random);
  for (const [name, { values }] of weights) {
    for (let i = 0; i < values.length; i++)
      values[i] = name.endsWith('running_var') ? 0.5 + random.uniform() : random.normal() * 0.2;
  }
  return weights;
}

test('the ONNX graph of the fused network gives what the training form gives', async () => {
  const { tf } = await openTensorFlow();
  const weights = drawn();
  const inputs = Object.fromEntries(
    Object.entries(upwindInputShapes(3)).map(([name, shape]) => {
      const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal());
      return [name, { shape, values }];
    }),
  );
  const eager = tf.tidy(() => {
    const of = (name: string) => tf.tensor(inputs[name].values, [...inputs[name].shape]);
    const given = { own: of('own'), rows: of('rows'), gate: of('gate'), flow: of('flow') };
    const parameters = new Parameters(
      new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])])),
    );
    const ops = tensorFlowOps(tf);
    const { mean, logScale } = upwindForward(ops, given, parameters, TINY_UPWIND, 'training', EVALUATION);
    return { mean: Float32Array.from(mean.dataSync()), logScale: Float32Array.from(logScale.dataSync()) };
  });
  const session = await openOnnxSession(emitUpwind(TINY_UPWIND, weights), { threads: 1 });
  const served = await session.run(inputs);
  for (const [name, expected] of Object.entries(eager)) {
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(0.1);
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(served[name].values[i] - value)).toBeLessThan(5e-5 * largest);
    }
  }
  await session.close();
});

test('a station beside others is forecast with them, one that is far from all exactly as if it were alone, in the south as in the north', async () => {
  const near = around({ latitude: 50 }, [
    [270, 40],
    [90, 80],
  ]);
  const far = { ...near[0], id: 'far', latitude: -40, longitude: 120 };
  const stations = [...near, far];
  await writeUpwind(join(folder, 'a'), {
    id: 'a',
    name: 'A',
    architecture: TINY_UPWIND,
    weights: drawn(),
    stationTree: treeOf('test', stations, { stationsPerNode: 3 }),
    training: {},
    createdAt: '2025-01-01T00:00:00.000Z',
  });
  const model = await openNetworkModel(join(folder, 'a'), { threads: 1 });
  const init = parseHour('2025-02-20T12:00Z');
  const series = (of: typeof stations) =>
    testSeries({
      stations: of,
      from: init - 719,
      hours: 720,
      values: {
        temperature_2m: (hour) => 10 + Math.sin(hour / 5),
        wind_u_component_10m: (hour) => 5 + Math.sin(hour / 9),
        wind_v_component_10m: (hour) => Math.cos(hour / 7),
        wind_speed_10m: (hour) => 6 + Math.sin(hour / 9),
      },
    });
  const all = await model.forecast({ observations: series(stations), init });
  const alone = async (station: (typeof stations)[number]) =>
    (await model.forecast({ observations: series([station]), init })).variables;
  const [farAlone, nearAlone] = [await alone(far), await alone(near[0])];
  for (const name of ['temperature_2m', 'wind_speed_10m', 'wind_v_component_10m'] as const) {
    const at = (station: number) => [...all.variables[name]!.values].filter((_, index) => index % 4 === station);
    for (const [lead, value] of at(3).entries()) expect(value).toBeCloseTo(farAlone[name]!.values[lead], 4);
    const change = at(0).map((value, lead) => Math.abs(value - nearAlone[name]!.values[lead]));
    expect(Math.max(...change)).toBeGreaterThan(0.01);
  }
  await model.close();
});
