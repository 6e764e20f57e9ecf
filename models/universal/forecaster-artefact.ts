/**
 * The default forecaster on disk: `model.json`, the weights in training form (so that it can be trained further), and the
 * ONNX graph of the fused network, which serves it.
 */

import { z } from 'zod';
import { emitOnnx } from '../engine/onnx/emit.ts';
import { EVALUATION } from '../engine/pass.ts';
import { reparameterize } from '../unireplknet/reparameterize.ts';
import { artefactSchema, ONNX_FILE, readArtefact, WEIGHTS_FILE, writeArtefact } from '../weights/artefact.ts';
import { encodeSafetensors, type Weights } from '../weights/safetensors.ts';
import { type ForecasterConfig, forecasterConfigSchema } from './config.ts';
import { forecasterForward, forecasterInputShapes } from './network.ts';
import { type StoredTree, storedTreeSchema } from './stored-tree.ts';

const forecasterArtefactSchema = artefactSchema.extend({
  kind: z.literal('forecaster'),
  architecture: forecasterConfigSchema,
  /** Of the stations that it was trained on. */
  stationTree: storedTreeSchema,
});

export interface TrainedForecaster {
  id: string;
  name: string;
  architecture: ForecasterConfig;
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
export async function writeForecaster(
  folder: string,
  forecaster: TrainedForecaster,
  further: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<void> {
  const { weights, architecture, ...manifest } = forecaster;
  const files = new Map([
    ...further,
    [WEIGHTS_FILE, encodeSafetensors(weights)],
    [ONNX_FILE, emitForecaster(architecture, weights)],
  ]);
  await writeArtefact(folder, { kind: 'forecaster', ...manifest, architecture }, files);
}

export function openForecasterArtefact(folder: string) {
  return readArtefact(folder, forecasterArtefactSchema);
}

/** The fused network as an ONNX file, of any number of images at once: `mean` and `logScale`, each [image, lead * channel]. */
export function emitForecaster(config: ForecasterConfig, weights: Weights): Uint8Array {
  return emitOnnx(
    'forecaster',
    { ...forecasterInputShapes(-1) },
    reparameterize(weights),
    (ops, parameters, inputs) => {
      const { series, marks, context } = inputs;
      return { ...forecasterForward(ops, { series, marks, context }, parameters, config, 'fused', EVALUATION) };
    },
  );
}
