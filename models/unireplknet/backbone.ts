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
import { readPublished, upernetOf, variantOf } from './published-checkpoint.ts';
import { reparameterize } from './reparameterize.ts';
import { type UpernetConfig, upernetLogits } from './upernet.ts';
import { type Variant, variantConfig } from './variants.ts';

export interface Backbone {
  network: NetworkConfig;
  form: Form;
  weights: Weights;
  /** UPerNet on the feature maps. */
  segmentation?: { config: UpernetConfig; weights: Weights };
}

/** Of UPerNet's names, in the checkpoints and in ours. */
const HEAD_SCOPE = 'decode_head';

const counts = z.array(z.int().positive()).length(4);

export const backboneSchema = artefactSchema.extend({
  kind: z.literal('backbone'),
  /** What its maps are made with: `models/modalities` knows the form. */
  perception: z.record(z.string(), z.unknown()).optional(),
  /** The names of the head's classes. */
  labels: z.array(z.string()).optional(),
  architecture: z.object({
    form: z.enum(['training', 'fused']),
    segmentation: z.object({ dims: counts, channels: z.int().positive(), classes: z.int().positive() }).optional(),
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

export type BackboneManifest = z.infer<typeof backboneSchema>;

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

/** What a checkpoint must be, where it is known; what is left out is read off the tensors. */
export interface Wanted {
  variant?: Variant;
  /** 0 for a network without a head. */
  classes?: number;
  inChannels?: number;
}

/**
 * Takes a published checkpoint, of whichever layout (`published-checkpoint.ts`).
 * @throws KernelcastError `MODEL` that names the tensors that are missing, unknown or of another shape.
 */
export function importPublished(
  tensors: Weights,
  { variant, classes, inChannels }: Wanted,
  { fuse, file }: { fuse: boolean; file: string },
): { backbone: Backbone; variant?: Variant; leftOut: Readonly<Record<string, number>> } {
  const { backbone: own, segmentation, leftOut } = readPublished(tensors, file);
  const sizeOf = (name: string, axis: number) => own.get(name)?.shape[axis];
  const network = variant
    ? variantConfig(variant, {
        inChannels: inChannels ?? sizeOf('downsample_layers.0.0.weight', 1),
        classes: (classes ?? sizeOf('head.weight', 0)) || undefined,
        featureNorms: own.has('norm0.weight'),
      })
    : inferNetworkConfig(own);
  const wanted = { ...network, classes: classes === undefined ? network.classes : classes || undefined };
  const backbone = importBackbone(own, { ...wanted, inChannels: inChannels ?? network.inChannels }, { fuse, file });
  return {
    backbone: segmentation ? { ...backbone, segmentation: upernetOf(segmentation, network.dims, file) } : backbone,
    variant: variantOf(network),
    leftOut,
  };
}

function fused(backbone: Backbone): Backbone {
  if (backbone.form === 'fused') return backbone;
  return { ...backbone, form: 'fused', weights: reparameterize(backbone.weights) };
}

/** @throws KernelcastError `USAGE` when the folder exists already. */
export function writeBackbone(
  folder: string,
  { network, form, weights, segmentation }: Backbone,
  manifest: Pick<Artefact, 'id' | 'name' | 'createdAt'> & Pick<BackboneManifest, 'perception' | 'labels'>,
): Promise<Artefact> {
  const head = [...(segmentation?.weights ?? [])].map(([name, tensor]) => [`${HEAD_SCOPE}.${name}`, tensor] as const);
  const files = new Map([[WEIGHTS_FILE, encodeSafetensors(new Map([...weights, ...head]))]]);
  const architecture = { form, network, segmentation: segmentation?.config };
  return writeArtefact(folder, { kind: 'backbone', ...manifest, architecture }, files);
}

/**
 * Opens an artefact's folder, or a bare checkpoint, whose architecture is then read off its tensors.
 * @throws KernelcastError `NOT_FOUND`, `MODEL` or `STORE_CORRUPT`.
 */
export async function openBackbone(path: string): Promise<Backbone> {
  if (!(await isFolder(path))) {
    const { tensors } = await readCheckpoint(path);
    const { backbone, segmentation } = readPublished(tensors, path);
    const network = inferNetworkConfig(backbone);
    const opened = importBackbone(backbone, network, { fuse: false, file: path });
    return segmentation ? { ...opened, segmentation: upernetOf(segmentation, network.dims, path) } : opened;
  }
  const artefact = await readArtefact(path, backboneSchema);
  const { network, form, segmentation: config } = artefact.manifest.architecture;
  const { tensors } = decodeSafetensors(await artefact.read(WEIGHTS_FILE), path);
  if (!config) return { network, form, weights: requireSpecs(tensors, networkSpecs(network, form), { file: path }) };
  const isHead = (name: string) => name.startsWith(`${HEAD_SCOPE}.`);
  const own = new Map([...tensors].filter(([name]) => !isHead(name)));
  const head = [...tensors].filter(([name]) => isHead(name));
  return {
    network,
    form,
    weights: requireSpecs(own, networkSpecs(network, form), { file: path }),
    segmentation: {
      config,
      weights: new Map(head.map(([name, tensor]) => [name.slice(HEAD_SCOPE.length + 1), tensor])),
    },
  };
}

/** @throws KernelcastError `NOT_FOUND`, or `STORE_CORRUPT` when it is no backbone's. */
export async function readBackboneManifest(folder: string): Promise<BackboneManifest> {
  return (await readArtefact(folder, backboneSchema)).manifest;
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/**
 * The fused backbone as an ONNX file, in the layouts of the public checkpoints' users: `image` [batch, channels, height, width] to
 * `logits` [batch, classes] where there is a head; to `logits` [batch, classes, height / 4, width / 4] with UPerNet; else to the
 * feature maps `stage0` ... `stage3` [batch, channels, ...], which detectors build their pyramid on.
 */
export function emitBackbone(backbone: Backbone, { height, width }: { height: number; width: number }): Uint8Array {
  const { network, form, weights, segmentation } = fused(backbone);
  const scoped = (scope: string, tensors: Weights) =>
    [...tensors].map(([name, tensor]) => [`${scope}.${name}`, tensor] as const);
  const all = new Map([...scoped('backbone', weights), ...scoped(HEAD_SCOPE, segmentation?.weights ?? new Map())]);
  const shape = [-1, network.inChannels, height, width];
  return emitOnnx('unireplknet', { image: shape }, all, (ops, parameters, { image }) => {
    const x = ops.transpose(image, [0, 2, 3, 1]);
    const own = parameters.scope('backbone');
    if (network.classes) return { logits: networkLogits(ops, x, own, network, form, EVALUATION) };
    const maps = networkFeatures(ops, x, own, network, form, EVALUATION);
    const first = (map: typeof image) => ops.transpose(map, [0, 3, 1, 2]);
    if (segmentation) return { logits: first(upernetLogits(ops, maps, parameters.scope(HEAD_SCOPE), EVALUATION)) };
    return Object.fromEntries(maps.map((map, stage) => [`stage${stage}`, first(map)]));
  });
}
