/** The checks of the time-series forecasters, whole (`ts_*`) and module by module (`*_parts`). */
import { withoutAliases } from '../../models/corrformer/artefact/checkpoint-names.ts';
import { corrFormer } from '../../models/corrformer/network.ts';
import type { Form } from '../../models/unireplknet/block.ts';
import { reparameterize } from '../../models/unireplknet/reparameterize.ts';
import type { NamedTensor, Weights } from '../../models/weights/safetensors.ts';
import { type Check, evaluations, type Pair, pairs, TOLERANCE } from './check.ts';
import { openCorrFormerFixture } from './corrformer-fixture.ts';
import { CORRFORMER_PARTS } from './corrformer-parts.ts';
import { differentiate, type Setting } from './engines.ts';
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
  const check = (quantity: string, key: string, form: Form, tensors: Weights) => {
    const y = fixture.get(key);
    if (y) checks.push(...evaluations(quantity, TOLERANCE.forecast, setting(form, tensors), new Map([['y', y]])));
  };
  check('y_eval', 'y_eval', 'training', weights);
  check('y_fused from reparameterize(w)', 'y_fused', 'fused', reparameterize(weights));
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
    return new Map([...gradientPairs(gradients, slopes), ['loss', { found: value, reference }]]);
  };
  return [{ quantity: 'loss and gradients', engine: 'tensorflow', tolerance: TOLERANCE.gradient, run }];
}

/**
 * Some biases take no part in the result (what they add, a decomposition, a mean or a softmax takes away again): their
 * gradient is rounding, in the reference as here. In the fixtures such gradients are below 1e-7 of the network's largest, and
 * all others above 1e-4 of it.
 */
const VANISHING = 1e-6;

/** Each gradient by itself, but those that vanish together, beside the largest: to it they must be nothing here too. */
function gradientPairs(found: Weights, reference: Weights): Map<string, Pair> {
  const sizes = new Map([...reference].map(([name, { values }]) => [name, largestMagnitude(values)]));
  const [largest] = [...sizes].sort((a, b) => b[1] - a[1])[0];
  const vanishing = [...reference.keys()].filter((name) => sizes.get(name)! < VANISHING * sizes.get(largest)!);
  const others = new Map([...reference].filter(([name]) => !vanishing.includes(name)));
  if (vanishing.length === 0) return pairs(found, others);
  const together = (gradients: Weights) => joined([largest, ...vanishing].map((name) => gradients.get(name)!));
  return new Map([
    ...pairs(found, others),
    ['those that vanish', { found: together(found), reference: together(reference) }],
  ]);
}

function joined(tensors: readonly NamedTensor[]): NamedTensor {
  const values = Float32Array.from(tensors.flatMap((tensor) => [...tensor.values]));
  return { shape: [values.length], values };
}

function largestMagnitude(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
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
    return evaluations(part, TOLERANCE.module, setting, reference);
  });
}
