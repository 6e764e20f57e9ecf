/** A fitted baseline on disk: `model.json` and `weights.safetensors`. */
import { z } from 'zod';
import { FORECAST_VARIABLES, type ForecastModel } from '../../forecast-model.ts';
import { artefactSchema, readArtefact, WEIGHTS_FILE, writeArtefact } from '../../weights/artefact.ts';
import { requireSpecs } from '../../weights/checkpoint.ts';
import { decodeSafetensors, encodeSafetensors } from '../../weights/safetensors.ts';
import { type FittedBaseline, openFitted } from './fitted-model.ts';
import { harmonicsShape } from './harmonics.ts';
import { BASELINE_METHODS } from './methods.ts';

const METHOD_IDS = BASELINE_METHODS.map(({ id }) => id);

const baselineSchema = artefactSchema.extend({
  kind: z.literal('baseline'),
  architecture: z.object({
    method: z.string().refine((id) => METHOD_IDS.includes(id), `one of ${METHOD_IDS.join(', ')}`),
    stations: z.array(z.string()).min(1),
    variables: z.array(z.enum(FORECAST_VARIABLES)).min(1),
  }),
});

/**
 * @param training on what it was fitted; kept as it is
 * @throws KernelcastError `USAGE` when the folder exists already
 */
export async function writeBaseline(
  folder: string,
  { method, id, name, stations, variables, weights }: FittedBaseline,
  { training, createdAt }: { training: Record<string, unknown>; createdAt: string },
): Promise<void> {
  const architecture = { method: method.id, stations, variables };
  const files = new Map([[WEIGHTS_FILE, encodeSafetensors(weights)]]);
  await writeArtefact(folder, { kind: 'baseline', id, name, createdAt, architecture, training }, files);
}

/**
 * @returns undefined when the folder holds another kind of model
 * @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT`, `MODEL` where tensors are missing
 */
export async function openBaseline(folder: string): Promise<ForecastModel | undefined> {
  const { manifest: any } = await readArtefact(folder, artefactSchema);
  if (any.kind !== 'baseline') return undefined;
  const { manifest, read } = await readArtefact(folder, baselineSchema);
  const { method: methodId, stations, variables } = manifest.architecture;
  const method = BASELINE_METHODS.find(({ id }) => id === methodId)!;
  const { tensors } = decodeSafetensors(await read(WEIGHTS_FILE), folder);
  const shapes = { harmonics: harmonicsShape(stations.length), ...method.shapes(stations.length) };
  const specs = variables.flatMap((variable) =>
    Object.entries(shapes).map(([name, shape]) => ({ name: `${variable}.${name}`, shape })),
  );
  const baseline: FittedBaseline = {
    method,
    id: manifest.id,
    name: manifest.name,
    weightsSha256: manifest.files[WEIGHTS_FILE].sha256,
    stations,
    variables,
    weights: requireSpecs(tensors, specs, { file: folder }),
  };
  return openFitted(baseline);
}
