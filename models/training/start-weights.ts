/**
 * Fine-tuning: weights of another training as the start of a new one. What fits by name and shape is taken, the rest begins
 * as in any new network.
 */

import { KernelcastError } from '../../src/errors.ts';
import { nodeFiles } from '../../src/store/disk/files.ts';
import type { ParameterSpec } from '../engine/parameters.ts';
import { artefactSchema, readArtefact, WEIGHTS_FILE } from '../weights/artefact.ts';
import { decodeSafetensors, type NamedTensor, type Weights } from '../weights/safetensors.ts';
import { Checkpoints } from './progress/checkpoints.ts';

export interface StartWeights {
  weights: Map<string, NamedTensor>;
  /** Parameters of the new network that nothing fitted. */
  fresh: string[];
}

/**
 * @param folder a model artefact, or the `.training` folder of an interrupted training, of which the best weights count
 * @throws KernelcastError `NOT_FOUND` when it is neither, `MODEL` when not a single parameter fits
 */
export async function readStartWeights(folder: string, specs: readonly ParameterSpec[]): Promise<StartWeights> {
  const given = (await new Checkpoints(nodeFiles, folder).bestWeights()) ?? (await artefactWeights(folder));
  const weights = new Map<string, NamedTensor>();
  const fresh: string[] = [];
  for (const { name, shape } of specs) {
    const tensor = given.get(name);
    if (tensor && String(tensor.shape) === String(shape)) weights.set(name, tensor);
    else fresh.push(name);
  }
  if (weights.size > 0) return { weights, fresh };
  throw new KernelcastError('MODEL', 'not one of the weights to begin with fits the network', {
    where: { folder },
    hint: 'Give a model of the same kind, with a like architecture.',
  });
}

async function artefactWeights(folder: string): Promise<Weights> {
  const artefact = await readArtefact(folder, artefactSchema);
  return decodeSafetensors(await artefact.read(WEIGHTS_FILE), WEIGHTS_FILE).tensors;
}
