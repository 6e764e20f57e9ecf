/**
 * The forecaster on disk: `model.json`, the weights in training form (so that it can be trained further), and the ONNX graph of
 * the fused network, which serves it.
 */
import { z } from 'zod';
import { emitOnnx } from '../../engine/onnx/emit.ts';
import { EVALUATION } from '../../engine/pass.ts';
import { reparameterize } from '../../unireplknet/reparameterize.ts';
import { artefactSchema, ONNX_FILE, readArtefact, WEIGHTS_FILE, writeArtefact } from '../../weights/artefact.ts';
import { encodeSafetensors, type Weights } from '../../weights/safetensors.ts';
import { type StoredTree, storedTreeSchema } from '../stored-tree.ts';
import { type UpwindConfig, upwindConfigSchema } from './config.ts';
import { upwindForward, upwindInputShapes } from './network.ts';

export const UPWIND_KIND = 'universal';

const upwindArtefactSchema = artefactSchema.extend({
  kind: z.literal(UPWIND_KIND),
  architecture: upwindConfigSchema,
  /** Of the stations of the first validated source. */
  stationTree: storedTreeSchema,
});

export interface TrainedUpwind {
  id: string;
  name: string;
  architecture: UpwindConfig;
  /** In training form, and the calibration of its quantiles. */
  weights: Weights;
  /** On what and how it was trained; kept as it is. */
  training: Record<string, unknown>;
  stationTree: StoredTree;
  createdAt: string;
}

/**
 * Fuses the network, writes its graph, and publishes the whole as a folder that must not exist yet.
 * @param further files to be published with it
 */
export async function writeUpwind(
  folder: string,
  forecaster: TrainedUpwind,
  further: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<void> {
  const { weights, architecture, ...manifest } = forecaster;
  const files = new Map([
    ...further,
    [WEIGHTS_FILE, encodeSafetensors(weights)],
    [ONNX_FILE, emitUpwind(architecture, weights)],
  ]);
  await writeArtefact(folder, { kind: UPWIND_KIND, ...manifest, architecture }, files);
}

export function openUpwindArtefact(folder: string) {
  return readArtefact(folder, upwindArtefactSchema);
}

/** The fused network as an ONNX file, of any number of images at once: `mean` and `logScale`, each [image, lead * channel]. */
export function emitUpwind(config: UpwindConfig, weights: Weights): Uint8Array {
  return emitOnnx('universal', { ...upwindInputShapes(-1) }, reparameterize(weights), (ops, parameters, inputs) => {
    const { own, rows, gate, flow } = inputs;
    return { ...upwindForward(ops, { own, rows, gate, flow }, parameters, config, 'fused', EVALUATION) };
  });
}
