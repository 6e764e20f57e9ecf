/** What a model artefact or a checkpoint is and holds; everything that is said of a file has been checked against it. */
import { isFolder } from '../unireplknet/backbone.ts';
import type { Form } from '../unireplknet/block.ts';
import { inferForm, inferNetworkConfig } from '../unireplknet/infer-architecture.ts';
import type { NetworkConfig } from '../unireplknet/network.ts';
import { VARIANTS, type Variant, variantConfig } from '../unireplknet/variants.ts';
import { type Artefact, artefactSchema, readArtefact, WEIGHTS_FILE } from './artefact.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { decodeSafetensors, type Weights } from './safetensors.ts';

export interface Inspection {
  path: string;
  /** The manifest, where the path is a model artefact. */
  artefact: Artefact | null;
  /** What the tensors are, where they are a whole UniRepLKNet. */
  backbone: { variant: Variant | null; form: Form; network: NetworkConfig } | null;
  /** Trained values; running statistics are not counted. */
  parameters: number;
  tensors: { name: string; shape: readonly number[] }[];
}

/**
 * @param path the folder of a model artefact, or a safetensors file.
 * @throws KernelcastError `NOT_FOUND`, `MODEL` or `STORE_CORRUPT`.
 */
export async function inspect(path: string): Promise<Inspection> {
  if (!(await isFolder(path))) return describe(path, null, (await readCheckpoint(path)).tensors);
  const artefact = await readArtefact(path, artefactSchema);
  for (const name of Object.keys(artefact.manifest.files)) await artefact.read(name);
  const weights = decodeSafetensors(await artefact.read(WEIGHTS_FILE), path).tensors;
  return describe(path, artefact.manifest, weights);
}

function describe(path: string, artefact: Artefact | null, weights: Weights): Inspection {
  const tensors = [...weights].map(([name, { shape }]) => ({ name, shape }));
  const trained = tensors.filter(({ name }) => !/\.(running_mean|running_var|num_batches_tracked)$/.test(name));
  const parameters = trained.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return { path, artefact, backbone: describeBackbone(weights), parameters, tensors };
}

function describeBackbone(weights: Weights): Inspection['backbone'] {
  if (!weights.has('downsample_layers.0.0.weight')) return null;
  const network = inferNetworkConfig(weights);
  const form = inferForm(weights);
  const shape = ({ dims, kernels }: NetworkConfig) => JSON.stringify([dims, kernels]);
  const variant = VARIANTS.find((each) => shape(variantConfig(each)) === shape(network)) ?? null;
  return { variant, form, network };
}
