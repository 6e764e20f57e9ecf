/** The architecture of a forecaster that is trained for a set of stations, as it stands in `model.json`. */
import { z } from 'zod';
import { INPUT_HOURS } from '../forecast-model.ts';
import { backboneSchema } from '../universal/config.ts';

export const stationSetConfigSchema = z.strictObject({
  /** Width of the embedding, and so of the image: [48 hours, dModel]. */
  dModel: z.int().positive(),
  /** What the image is: an embedding of all series, hour by hour, or the series as they are: [48 hours, stations * 4]. */
  image: z.enum(['embedding', 'series']).default('embedding'),
  backbone: backboneSchema,
  /** Networks that are trained side by side; the forecast is their mean. */
  members: z.int().positive().default(1),
  /** Share of the features that the head does not see, in training. */
  headDropout: z.number().min(0).lt(1).default(0),
  /** Forecasts are sums of so many patterns of all stations, variables and lead hours: the leading ones of the linear path. */
  patterns: z.int().positive(),
  linear: z.strictObject({
    /** Hours before init that the linear path sees, of all stations and variables. */
    lags: z
      .array(
        z
          .int()
          .min(0)
          .max(INPUT_HOURS - 1),
      )
      .min(1),
    /** Of ridge regression, for inputs of unit variance and a sum over windows. */
    penalty: z.number().positive(),
    /** Of the forecast; the networks have the rest. */
    share: z.number().min(0).max(1),
  }),
});

export type StationSetConfig = z.infer<typeof stationSetConfigSchema>;
