/** The architecture of the forecaster that turns its image into the wind, as it stands in `model.json`, and the sizes that follow. */
import { z } from 'zod';
import { backboneSchema, CHANNELS, LEAD_HOURS, PLACES, RINGS_KM, SECTORS, TARGETS } from '../config.ts';

export const upwindConfigSchema = z.strictObject({
  /** Stations of a leaf of the station tree, whose images are computed one after the other. */
  stationsPerNode: z.int().positive().default(8),
  /** What a station by itself is forecast by: perceptrons side by side, whose mean counts. */
  own: z.strictObject({
    members: z.int().positive(),
    /** Width of the two hidden layers; 0 for a linear map alone. */
    hidden: z.int().nonnegative(),
    /** Share of the hidden values that are left out, in training. */
    dropout: z.number().min(0).lt(1).default(0),
  }),
  /** What stations around it change of that; `null` for a forecaster that sees none. */
  image: z
    .strictObject({
      /** Width of the embedding, and so of the image: [24 places, dModel]. */
      dModel: z.int().positive(),
      /** `null` for the linear map of the neighbours alone. */
      backbone: backboneSchema.nullable(),
      /** Share of the features that the head does not see, in training. */
      headDropout: z.number().min(0).lt(1).default(0),
    })
    .nullable(),
});

export type UpwindConfig = z.infer<typeof upwindConfigSchema>;
export type ImageConfig = NonNullable<UpwindConfig['image']>;

/** Rows of the image: neighbours by direction from the wind, and in each direction by ring. */
export const ROWS = PLACES - 1;
export const RINGS = RINGS_KM.length;
/** Hours up to init that a row tells of. */
export const ROW_HOURS = 24;
/** degC or m/s that make one unit of each channel. */
export const SCALES: readonly number[] = [5, 3, 3, 3];

export { CHANNELS, LEAD_HOURS, SECTORS, TARGETS };
