/**
 * The networks that are compared, of one size and at one budget: UniRepLKNet whose large kernels are 13, 11 or 7, with their
 * dilated branches; 13 without them; and one of 3 x 3 everywhere, widened until it has as many parameters as that of 13.
 * Large kernels stand in the first two stages, which see 48 x 48 and 24 x 24: they fit inside. The last two see 12 x 12 and
 * 6 x 6, and have 3 x 3 in all.
 */
import { countParameters } from '../engine/parameters.ts';
import type { NetworkConfig } from '../unireplknet/network.ts';
import { networkSpecs } from '../unireplknet/network.ts';

export const ARMS = ['13', '11', '7', '3', '13 plain'] as const;
export type Arm = (typeof ARMS)[number];

const DEPTHS = [1, 1, 1, 1];
const DIMS = [8, 16, 32, 64];
const WIDER = 2;

export function armNetwork(arm: Arm, inChannels: number, classes: number): NetworkConfig & { classes: number } {
  const kernel = Number.parseInt(arm, 10);
  const network = {
    inChannels,
    classes,
    depths: DEPTHS,
    dims: DIMS,
    kernels: [[kernel], [kernel], [3], [3]],
    plainKernels: arm.endsWith('plain'),
    dropPathRate: 0,
    layerScaleInit: 0,
  };
  return kernel === 3 ? widened(network, sizeOf(armNetwork('13', inChannels, classes))) : network;
}

/** As it is used, fused: what the branches train with does not count. */
export function sizeOf(network: NetworkConfig): number {
  return countParameters(networkSpecs(network, 'fused'));
}

/** The narrowest network of at least so many parameters, widened stage by stage, the last first. */
function widened(network: NetworkConfig & { classes: number }, parameters: number) {
  let wider = network;
  for (let turn = 0; sizeOf(wider) < parameters; turn++) {
    const stage = 3 - (turn % 4);
    wider = { ...wider, dims: wider.dims.map((width, i) => (i === stage ? width + WIDER : width)) };
  }
  return wider;
}
