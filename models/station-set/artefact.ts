/** A station-set forecaster on disk: `model.json`, and the weights in training form, from which it is fused when it is opened. */
import { z } from 'zod';
import { emitOnnx } from '../engine/onnx/emit.ts';
import { EVALUATION } from '../engine/pass.ts';
import { reparameterize } from '../unireplknet/reparameterize.ts';
import { artefactSchema, readArtefact, WEIGHTS_FILE, writeArtefact } from '../weights/artefact.ts';
import { encodeSafetensors, type Weights } from '../weights/safetensors.ts';
import { type StationSetConfig, stationSetConfigSchema } from './config.ts';
import { inputShapes } from './inputs.ts';
import { stationSetForward } from './network.ts';

const stationSchema = z.object({
  id: z.string(),
  name: z.string(),
  country: z.string().default(''),
  latitude: z.number(),
  longitude: z.number(),
  elevation: z.number().nullable().default(null),
});

const stationSetArtefactSchema = artefactSchema.extend({
  kind: z.literal('station-set'),
  architecture: stationSetConfigSchema,
  /** Whose weather it forecasts, in the order of its weights. */
  stations: z.array(stationSchema).min(1),
});

export interface TrainedStationSet {
  id: string;
  name: string;
  createdAt: string;
  architecture: StationSetConfig;
  stations: readonly z.input<typeof stationSchema>[];
  /** The networks in training form, the linear path, the climate and the calibration. */
  weights: Weights;
  training: Record<string, unknown>;
}

/** @throws KernelcastError `USAGE` when the folder exists already */
export async function writeStationSet(
  folder: string,
  { weights, ...manifest }: TrainedStationSet,
  further: ReadonlyMap<string, Uint8Array>,
): Promise<void> {
  const files = new Map([...further, [WEIGHTS_FILE, encodeSafetensors(weights)]]);
  await writeArtefact(folder, { kind: 'station-set', ...manifest }, files);
}

/** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` */
export function openStationSetArtefact(folder: string) {
  return readArtefact(folder, stationSetArtefactSchema);
}

/** The fused networks as an ONNX file, of any number of windows at once: `mean` and `logScale`, each [n, lead * station * channel]. */
export function emitStationSet(config: StationSetConfig, stations: number, weights: Weights): Uint8Array {
  const shapes = { ...inputShapes(stations, -1) };
  return emitOnnx('station-set', shapes, reparameterize(weights), (ops, parameters, inputs) => {
    const { series, marks, time } = inputs;
    return { ...stationSetForward(ops, { series, marks, time }, parameters, config, 'fused', EVALUATION) };
  });
}
