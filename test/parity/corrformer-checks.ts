/** The checks of the time-series forecasters, whole (`ts_*`) and module by module (`*_parts`). */
import { withoutAliases } from '../../models/corrformer/checkpoint-names.ts';
import { corrFormer } from '../../models/corrformer/network.ts';
import type { Form } from '../../models/unireplknet/block.ts';
import { reparameterize } from '../../models/unireplknet/reparameterize.ts';
import type { NamedTensor, Weights } from '../../models/weights/safetensors.ts';
import { type Check, pairs, single, TOLERANCE } from './check.ts';
import { openCorrFormerFixture } from './corrformer-fixture.ts';
import { CORRFORMER_PARTS } from './corrformer-parts.ts';
import { differentiate, ENGINES, evaluate, type Setting } from './engines.ts';
import { withPrefix } from './fixture.ts';

export function corrFormerChecks(fixture: Weights, name: string): Check[] {
  const { config, places, weights, inputs } = openCorrFormerFixture(fixture, name);
  const setting = (form: Form, tensors: Weights): Setting => ({
    network: (ops, parameters, { series, marks, decoderMarks }, pass) => ({
      y: corrFormer(ops, { series, marks, decoderMarks }, places, parameters, config, form, pass),
    }),
    weights: tensors,
    inputs: { ...inputs },
  });
  const checks: Check[] = [];
  const check = (quantity: string, key: string, what: () => Setting) => {
    const reference = fixture.get(key);
    if (!reference) return;
    for (const engine of ENGINES) {
      const compute = async () => (await evaluate(engine, what())).y;
      checks.push(single(quantity, engine, TOLERANCE.forecast, reference, compute));
    }
  };
  check('y_eval', 'y_eval', () => setting('training', weights));
  check('y_fused from reparameterize(w)', 'y_fused', () => setting('fused', reparameterize(weights)));
  return [...checks, ...lossChecks(fixture, setting('training', weights))];
}

/** The mean squared error against the target, and its gradients. */
function lossChecks(fixture: Weights, setting: Setting): Check[] {
  const target = fixture.get('target');
  const reference = fixture.get('loss');
  if (!target || !reference) return [];
  const slopes = new Map([...withoutAliases(withPrefix(fixture, 'd/'))].filter(([key]) => setting.weights.has(key)));
  const run = async () => {
    const { loss, gradients } = await differentiate(setting, [...slopes.keys()], (ops, { y }) => {
      const error = ops.sub(y, ops.constant(target.values, target.shape));
      return ops.mean(ops.mul(error, error), [0, 1, 2]);
    });
    const value: NamedTensor = { shape: reference.shape, values: new Float32Array([loss]) };
    return new Map([...pairs(byLayer(gradients), byLayer(slopes)), ['loss', { found: value, reference }]]);
  };
  return [{ quantity: 'loss and gradients', engine: 'tensorflow', tolerance: TOLERANCE.gradient, run }];
}

/**
 * The gradients of each layer, one after the other. Some biases take no part in the result (what they add, a decomposition
 * or a mean takes away again): their gradient is rounding, and only means something beside that of the layer's weight.
 */
function byLayer(gradients: Weights): Map<string, NamedTensor> {
  const layers = new Map<string, number[]>();
  for (const name of [...gradients.keys()].sort()) {
    const layer = name.replace(/\.[^.]+$/, '');
    layers.set(layer, [...(layers.get(layer) ?? []), ...gradients.get(name)!.values]);
  }
  return new Map(
    [...layers].map(([name, values]) => [name, { shape: [values.length], values: Float32Array.from(values) }]),
  );
}

export function partChecks(fixture: Weights, name: string): Check[] {
  const recorded = new Set([...withPrefix(fixture, 'y/').keys()].map((key) => key.split('/')[0]));
  if (recorded.size === 0) return [];
  const { config, places, weights } = openCorrFormerFixture(fixture, name);
  return [...recorded].flatMap((part) => {
    const inputs = withPrefix(fixture, `x/${part}/`);
    const reference = withPrefix(fixture, `y/${part}/`);
    const setting: Setting = {
      network: (ops, parameters, given) => {
        const context = { ops, parameters, config, places, fixture };
        const outputs = CORRFORMER_PARTS[part](
          Object.keys(given)
            .toSorted()
            .map((key) => given[key]),
          context,
        );
        return Object.fromEntries(outputs.map((output, i) => [`out${i}`, output]));
      },
      weights,
      inputs: Object.fromEntries(inputs),
      // Some modules get what the fixture has recorded of others, as constants.
      fixedBatch: true,
    };
    return ENGINES.map((engine) => ({
      quantity: part,
      engine,
      tolerance: TOLERANCE.module,
      run: async () => pairs(new Map(Object.entries(await evaluate(engine, setting))), reference),
    }));
  });
}
