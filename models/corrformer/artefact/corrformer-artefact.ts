/** A trained CorrFormer on disk: `model.json`, the weights in training form, and the ONNX graph that serves it. */
import { z } from 'zod';
import type { Station } from '../../../src/domain/station.ts';
import { stationSchema } from '../../../src/store/manifest.ts';
import { emitOnnx } from '../../engine/onnx/emit.ts';
import { EVALUATION } from '../../engine/pass.ts';
import { type StationTree, slotMask } from '../../station-tree/station-tree.ts';
import { reparameterize } from '../../unireplknet/reparameterize.ts';
import { artefactSchema, ONNX_FILE, readArtefact, WEIGHTS_FILE, writeArtefact } from '../../weights/artefact.ts';
import { encodeSafetensors, type Weights } from '../../weights/safetensors.ts';
import { geographicFeatures } from '../embedding/geography.ts';
import { corrFormerInputShapes } from '../embedding/window-inputs.ts';
import { corrFormer, type Places } from '../network.ts';
import { type CorrFormerArchitecture, corrFormerConfig, corrFormerSchema } from './architecture.ts';

const corrFormerArtefactSchema = artefactSchema.extend({
  kind: z.literal('corrformer'),
  architecture: corrFormerSchema,
  /** That it was trained for, in the order of the slots of the tree. */
  stations: z.array(stationSchema).min(1),
  /** [node][slot]: an index into `stations`, or -1. */
  nodes: z.array(z.array(z.int().gte(-1))),
});

export interface TrainedCorrFormer {
  id: string;
  name: string;
  createdAt: string;
  architecture: CorrFormerArchitecture;
  /** In training form. */
  weights: Weights;
  /** On what and how it was trained; kept as it is. */
  training: Record<string, unknown>;
  stations: readonly Station[];
  tree: StationTree;
}

/** The graph's only output: [window, lead, node * slot], in units. */
export const OUTPUT = 'forecast';

/** What the network knows of the places. */
export function placesOf(stations: readonly Station[], tree: StationTree): Places {
  return { geography: geographicFeatures(stations, tree), mask: slotMask(tree) };
}

/** @param further files to be published with it. @throws KernelcastError `USAGE` when the folder exists already */
export async function writeCorrFormer(
  folder: string,
  { architecture, weights, stations, tree, ...manifest }: TrainedCorrFormer,
  further: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const config = corrFormerConfig(architecture);
  const places = placesOf(stations, tree);
  const form = config.encoder.kind === 'unireplknet' ? 'fused' : 'training';
  const shapes = corrFormerInputShapes(config, places.mask.length, -1);
  const graph = emitOnnx('corrformer', shapes, reparameterize(weights), (ops, parameters, inputs) => {
    const { series, marks, decoderMarks } = inputs;
    return {
      [OUTPUT]: corrFormer(ops, { series, marks, decoderMarks }, places, parameters, config, form, EVALUATION),
    };
  });
  const files = new Map([...further, [WEIGHTS_FILE, encodeSafetensors(weights)], [ONNX_FILE, graph]]);
  const whole = { kind: 'corrformer', ...manifest, architecture, stations, nodes: tree.nodes } as const;
  await writeArtefact(folder, whole, files);
}

/** @returns undefined when the folder holds another kind of model. @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
export async function openCorrFormerArtefact(folder: string) {
  const { manifest } = await readArtefact(folder, artefactSchema);
  return manifest.kind === 'corrformer' ? readArtefact(folder, corrFormerArtefactSchema) : undefined;
}
