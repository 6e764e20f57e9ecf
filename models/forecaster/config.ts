/** The architecture of the default forecaster, as it stands in `model.json`. */
import { z } from 'zod';
import { KernelcastError } from '../../src/errors.ts';
import { FORECAST_VARIABLES, INPUT_HOURS, LEAD_HOURS } from '../forecast-model.ts';

const sizes = (length: number) => z.array(z.int().positive()).length(length);

export const backboneSchema = z.strictObject({
  depths: sizes(4),
  dims: sizes(4),
  /** One kernel size a block, 3..17, stage by stage. */
  kernels: z.array(z.array(z.int())).length(4),
  dropPathRate: z.number().min(0).max(1),
  layerScaleInit: z.number(),
});

export const forecasterConfigSchema = z.strictObject({
  /** Stations that share an image and are forecast by it. */
  stationsPerNode: z.int().positive(),
  /** Nearest stations outside the node that the image sees, but does not forecast. */
  haloStations: z.int().nonnegative(),
  /** Width of the embedding, and so of the image: [48 hours, dModel]. */
  dModel: z.int().positive(),
  backbone: backboneSchema,
});

export type ForecasterConfig = z.infer<typeof forecasterConfigSchema>;

/** @throws KernelcastError `MODEL` naming the field that is wrong. */
export function parseForecasterConfig(value: unknown): ForecasterConfig {
  const result = forecasterConfigSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new KernelcastError('MODEL', `the architecture is not valid: ${issue.message}`, {
    where: { field: issue.path.join('.') },
  });
}

/** Values that the embedding reads of each station and hour: the four forecast variables, normalised. */
export const INPUT_CHANNELS = FORECAST_VARIABLES.length;

/** The sizes of the network's inputs and output that follow from the architecture. */
export function networkSizes(config: ForecasterConfig) {
  const stations = config.stationsPerNode + config.haloStations;
  return {
    /** Stations in an image, forecast ones first. */
    stations,
    hours: INPUT_HOURS,
    leads: LEAD_HOURS,
    /** Series: [image, hour, station * channel]. */
    series: stations * INPUT_CHANNELS,
    /** Targets: [image, lead, own station * channel]. */
    targets: config.stationsPerNode * INPUT_CHANNELS,
  };
}
