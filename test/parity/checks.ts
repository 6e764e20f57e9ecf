/**
 * What a fixture lets one check. What a file holds is told from its tensors, so any weights, inputs, sizes, depths and
 * kernels will do.
 */

import type { Weights } from '../../models/weights/safetensors.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { Check } from './check.ts';
import { corrFormerChecks, partChecks } from './corrformer-checks.ts';
import { blockChecks, networkChecks } from './unireplknet-checks.ts';
import { segmentationChecks } from './upernet-checks.ts';

/**
 * @param name of the file, which tells the order of tokens where it matters.
 * @throws KernelcastError `FORMAT` when the tensors are those of no fixture that is known.
 */
export function checksOf(fixture: Weights, name: string): Check[] {
  const has = (tensor: string) => fixture.has(`w/${tensor}`);
  const checks = has('affine_weight')
    ? [...corrFormerChecks(fixture, name), ...partChecks(fixture, name)]
    : has('downsample_layers.0.0.weight')
      ? networkChecks(fixture)
      : has('decode_head.conv_seg.weight')
        ? segmentationChecks(fixture)
        : has('pwconv1.1.weight')
          ? blockChecks(fixture)
          : [];
  if (checks.length > 0) return checks;
  throw new KernelcastError('FORMAT', `${name} is no parity fixture that is known`, {
    where: { file: name, tensors: [...fixture.keys()].slice(0, 5).join(', ') },
    hint: "A fixture holds the weights of a block, a network or a forecaster under w/, an input x, and the reference's results.",
  });
}
