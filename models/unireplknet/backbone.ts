/**
 * A backbone with its weights: imported from a published checkpoint, kept as a model artefact, exported to ONNX.
 *
 *     const { tensors } = await readCheckpoint('unireplknet_s.safetensors');
 *     const backbone = importBackbone(tensors, variantConfig('s'), { fuse: true });
 *     await writeBackbone('models/unireplknet-s', backbone, { id: 'unireplknet-s', ... });
 */

import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { emitOnnx } from '../engine/onnx/emit.ts';
import { EVALUATION } from '../engine/pass.ts';
import { type Artefact, artefactSchema, readArtefact, WEIGHTS_FILE, writeArtefact } from '../weights/artefact.ts';
import { requireSpecs } from '../weights/checkpoint.ts';
import { readCheckpoint } from '../weights/read-checkpoint.ts';
import { decodeSafetensors, encodeSafetensors, type Weights } from '../weights/safetensors.ts';
import type { Form } from './block.ts';
import { inferForm, inferNetworkConfig } from './infer-architecture.ts';
import { type NetworkConfig, networkFeatures, networkLogits, networkSpecs } from './network.ts';
import { reparameterize } from './reparameterize.ts';

export interface Backbone {
  network: NetworkConfig;
  form: Form;
  weights: Weights;
}

const counts = z.array(z.int().positive()).length(4);

export const backboneSchema = artefactSchema.extend({
  kind: z.literal('backbone'),
  architecture: z.object({
    form: z.enum(['training', 'fused']),
    network: z.object({
      inChannels: z.int().positive(),
      depths: counts,
      dims: counts,
      kernels: z.array(z.array(z.int())).length(4),
      plainKernels: z.boolean().optional(),
      dropPathRate: z.number(),
      layerScaleInit: z.number(),
      classes: z.int().positive().optional(),
      featureNorms: z.boolean().optional(),
    }),
  }),
});

/**
 * Takes the weights of a checkpoint for an architecture, whichever form they are in.
 * @throws KernelcastError `MODEL` that names the tensors that are missing, unknown or of another shape.
 */
export function importBackbone(
  tensors: Weights,
  network: NetworkConfig,
  { fuse, file }: { fuse: boolean; file: string },
): Backbone {
  const form = inferForm(tensors);
  const weights = requireSpecs(tensors, networkSpecs(network, form), { file });
  return fuse ? fused({ network, form, weights }) : { network, form, weights };
}

function fused(backbone: Backbone): Backbone {
  if (backbone.form === 'fused') return backbone;
  return { ...backbone, form: 'fused', weights: reparameterize(backbone.weights) };
}

/** @throws KernelcastError `USAGE` when the folder exists already. */
export function writeBackbone(
  folder: string,
  { network, form, weights }: Backbone,
  manifest: Pick<Artefact, 'id' | 'name' | 'createdAt'>,
): Promise<Artefact> {
  const files = new Map([[WEIGHTS_FILE, encodeSafetensors(weights)]]);
  return writeArtefact(folder, { kind: 'backbone', ...manifest, architecture: { form, network } }, files);
}

/**
 * Opens an artefact's folder, or a bare checkpoint, whose architecture is then read off its tensors.
 * @throws KernelcastError `NOT_FOUND`, `MODEL` or `STORE_CORRUPT`.
 */
export async function openBackbone(path: string): Promise<Backbone> {
  if (!(await isFolder(path))) {
    const { tensors } = await readCheckpoint(path);
    const network = inferNetworkConfig(tensors);
    return importBackbone(tensors, network, { fuse: false, file: path });
  }
  const artefact = await readArtefact(path, backboneSchema);
  const { network, form } = artefact.manifest.architecture;
  const { tensors } = decodeSafetensors(await artefact.read(WEIGHTS_FILE), path);
  return { network, form, weights: requireSpecs(tensors, networkSpecs(network, form), { file: path }) };
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * The fused backbone as an ONNX file, in the layouts of the public checkpoints' users: `image` [batch, channels, size, size] to
 * `logits` [batch, classes] where there is a head, else to the feature maps `stage0` ... `stage3` [batch, channels, ...].
 */
export function emitBackbone(backbone: Backbone, size: number): Uint8Array {
  const { network, form, weights } = fused(backbone);
  const shape = [-1, network.inChannels, size, size];
  return emitOnnx('unireplknet', { image: shape }, weights, (ops, parameters, { image }) => {
    const x = ops.transpose(image, [0, 2, 3, 1]);
    if (network.classes) return { logits: networkLogits(ops, x, parameters, network, form, EVALUATION) };
    const maps = networkFeatures(ops, x, parameters, network, form, EVALUATION);
    return Object.fromEntries(maps.map((map, stage) => [`stage${stage}`, ops.transpose(map, [0, 3, 1, 2])]));
  });
}
