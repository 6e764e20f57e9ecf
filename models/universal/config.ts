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
  /** Large kernels have no dilated branches in training. */
  plainKernels: z.boolean().optional(),
  dropPathRate: z.number().min(0).max(1),
  layerScaleInit: z.number(),
});

export const forecasterConfigSchema = z.strictObject({
  /** Stations of a leaf of the station tree, whose images are computed one after the other. */
  stationsPerNode: z.int().positive(),
  /** Width of the embedding, and so of the image: [48 hours, dModel]. */
  dModel: z.int().positive(),
  backbone: backboneSchema,
  /** Share of the features that the head does not see, in training. */
  headDropout: z.number().min(0).lt(1).default(0),
  /** Whether an image sees the stations around its own. */
  neighbours: z.boolean().default(true),
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

/** The variables of each station and hour, in this order. */
export const CHANNELS = FORECAST_VARIABLES.length;

/** Neighbours: the nearest station in each of so many sectors of the compass ... */
export const SECTORS = 8;
/** ... and in each of these rings around the station (outer radii, km). */
export const RINGS_KM = [90, 250, 600] as const;
/** Stations that an image sees: its own first, then the neighbours, ring by ring. */
export const PLACES = 1 + SECTORS * RINGS_KM.length;

/** The series of an image: [image, INPUT_HOURS, SERIES], by place and channel. */
export const SERIES = PLACES * CHANNELS;
/** What an image forecasts: [image, TARGETS], by lead hour and channel. */
export const TARGETS = LEAD_HOURS * CHANNELS;
export { INPUT_HOURS, LEAD_HOURS };
