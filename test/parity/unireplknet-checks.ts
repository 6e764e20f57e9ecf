/** The checks of one UniRepLKNet block and of whole networks. Images are [n, c, h, w] in the fixtures. */

import type { Ops } from '../../models/engine/ops.ts';
import type { Parameters } from '../../models/engine/parameters.ts';
import type { Pass } from '../../models/engine/pass.ts';
import { block, type Form } from '../../models/unireplknet/block.ts';
import { inferBlockConfig, inferNetworkConfig } from '../../models/unireplknet/infer-architecture.ts';
import { networkFeatures, networkLogits } from '../../models/unireplknet/network.ts';
import { reparameterize } from '../../models/unireplknet/reparameterize.ts';
import type { NamedTensor, Weights } from '../../models/weights/safetensors.ts';
import { type Check, evaluations, pairs, TOLERANCE } from './check.ts';
import { differentiate, type Network, type Setting, train } from './engines.ts';
import { withPrefix } from './fixture.ts';

type Image = <T>(ops: Ops<T>, image: T, parameters: Parameters<T>, pass: Pass<T>) => T;

export function blockChecks(fixture: Weights): Check[] {
  const config = inferBlockConfig(withPrefix(fixture, 'w/'));
  return forwardChecks(fixture, (form) => (ops, x, parameters, pass) => {
    return ops.transpose(block(ops, x, parameters, config, form, pass), [0, 3, 1, 2]);
  });
}

export function networkChecks(fixture: Weights): Check[] {
  const config = inferNetworkConfig(withPrefix(fixture, 'w/'));
  return forwardChecks(fixture, (form) => (ops, x, parameters, pass) => {
    if (config.classes) return networkLogits(ops, x, parameters, config, form, pass);
    return ops.transpose(networkFeatures(ops, x, parameters, config, form, pass)[3], [0, 3, 1, 2]);
  });
}

function forwardChecks(fixture: Weights, inForm: (form: Form) => Image): Check[] {
  const trained = withPrefix(fixture, 'w/');
  const fused = withPrefix(fixture, 'f/');
  const own = reparameterize(trained);
  const x = fixture.get('x');
  if (!x) return [];
  const setting = (form: Form, weights: Weights): Setting => ({
    network: channelsFirst(inForm(form)),
    weights,
    inputs: { x },
  });
  const checks: Check[] = [];
  const check = (quantity: string, key: string, form: Form, weights: Weights) => {
    const y = fixture.get(key);
    if (!y || weights.size === 0) return;
    checks.push(...evaluations(quantity, TOLERANCE.network, setting(form, weights), new Map([['y', y]])));
  };
  check('y_eval', 'y_eval', 'training', trained);
  check('y_fused from f/', 'y_fused', 'fused', fused);
  check('y_fused from reparameterize(w)', 'y_fused', 'fused', own);
  if (fused.size > 0) {
    const run = async () => pairs(own, fused);
    checks.push({ quantity: 'f/ from reparameterize(w)', engine: 'host', tolerance: TOLERANCE.network, run });
  }
  return [
    ...checks,
    ...trainingChecks(fixture, setting('training', trained)),
    ...gradientChecks(fixture, setting('training', trained)),
  ];
}

function trainingChecks(fixture: Weights, setting: Setting): Check[] {
  const y = fixture.get('y_train');
  if (!y) return [];
  const after = withPrefix(fixture, 'w_after/');
  const common = { engine: 'tensorflow', tolerance: TOLERANCE.network } as const;
  const output = async () => new Map([['y', { found: (await train(setting)).outputs.y, reference: y }]]);
  const statistics = async () => pairs((await train(setting)).statistics, after);
  return [
    { quantity: 'y_train', ...common, run: output },
    ...(after.size > 0 ? [{ quantity: 'w_after', ...common, run: statistics }] : []),
  ];
}

/** Of the sum of the outputs, each times its upstream gradient g. */
function gradientChecks(fixture: Weights, setting: Setting): Check[] {
  const upstream = fixture.get('g');
  const dx = fixture.get('dx');
  if (!upstream || !dx) return [];
  const reference = new Map([...withPrefix(fixture, 'd/'), ['x', dx] as [string, NamedTensor]]);
  const run = async () => {
    const { gradients } = await differentiate(setting, [...reference.keys()], (ops, { y }) =>
      ops.sum(ops.mul(y, ops.constant(upstream.values, upstream.shape)), [0, 1, 2, 3]),
    );
    return pairs(gradients, reference);
  };
  return [{ quantity: 'gradients', engine: 'tensorflow', tolerance: TOLERANCE.gradient, run }];
}

/** Gives a network that works on [n, h, w, c] its image from [n, c, h, w]. */
function channelsFirst(image: Image): Network {
  return (ops, parameters, { x }, pass) => ({ y: image(ops, ops.transpose(x, [0, 2, 3, 1]), parameters, pass) });
}
