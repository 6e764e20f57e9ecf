/** The checks of a segmenter: the four feature maps with their norms, and UPerNet's logits, of the reference's own modules. */
import { inferForm, inferNetworkConfig } from '../../models/unireplknet/infer-architecture.ts';
import { networkFeatures } from '../../models/unireplknet/network.ts';
import { readPublished } from '../../models/unireplknet/published-checkpoint.ts';
import { reparameterize } from '../../models/unireplknet/reparameterize.ts';
import { upernetLogits } from '../../models/unireplknet/upernet.ts';
import type { NamedTensor, Weights } from '../../models/weights/safetensors.ts';
import { type Check, evaluations, TOLERANCE } from './check.ts';
import type { Network } from './engines.ts';
import { withPrefix } from './fixture.ts';

export function segmentationChecks(fixture: Weights): Check[] {
  const weights = withPrefix(fixture, 'w/');
  const config = inferNetworkConfig(readPublished(weights, 'fixture').backbone);
  const wanted = new Map<string, NamedTensor>(
    ['y_eval', 'y_map0', 'y_map1', 'y_map2', 'y_map3'].map((name) => [name, fixture.get(name)!]),
  );
  return [weights, reparameterize(weights)].flatMap((tensors) => {
    const form = inferForm(tensors);
    const network: Network = (ops, parameters, { x }, pass) => {
      const image = ops.transpose(x, [0, 2, 3, 1]);
      const maps = networkFeatures(ops, image, parameters.scope('backbone'), config, form, pass);
      const logits = upernetLogits(ops, maps, parameters.scope('decode_head'), pass);
      const first = (map: typeof logits) => ops.transpose(map, [0, 3, 1, 2]);
      return { y_eval: first(logits), ...Object.fromEntries(maps.map((map, i) => [`y_map${i}`, first(map)])) };
    };
    const setting = { network, weights: tensors, inputs: { x: fixture.get('x')! } };
    return evaluations(`UPerNet, ${form}`, TOLERANCE.network, setting, wanted);
  });
}
