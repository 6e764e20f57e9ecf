/** What `POST /v1/predict` takes and gives. */
import { z } from 'zod';
import { keysOf, TEMPERATURE_UNITS, WIND_SPEED_UNITS } from '../answers/units.ts';
import { placeAnswerSchema } from './place-answer.ts';

/** The hours that a network looks at, and the most that may be sent: ten days. */
export const FEWEST_HOURS = 48;
export const MOST_HOURS = 240;

const values = (min: number, max: number) =>
  z.array(z.number().min(min).max(max).nullable()).min(FEWEST_HOURS).max(MOST_HOURS);

/** Wide enough for any unit, narrow enough that the result is a number. */
const hourlySchema = z.strictObject({
  time: z
    .array(z.string().max(40))
    .min(FEWEST_HOURS)
    .max(MOST_HOURS)
    .describe('consecutive whole hours in UTC, like 2024-03-01T06:00'),
  temperature_2m: values(-200, 200).optional(),
  wind_speed_10m: values(0, 500).optional(),
  wind_direction_10m: values(0, 360).optional(),
  wind_u_component_10m: values(-500, 500).optional(),
  wind_v_component_10m: values(-500, 500).optional(),
});

export const predictSchema = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  elevation: z.number().min(-500).max(9000).nullable().default(null).describe('metres above mean sea level'),
  model: z.string().min(1).max(64).optional().describe('the default where it is not given'),
  hourly: hourlySchema.describe('what was observed, in the units below; null where nothing was'),
  temperature_unit: z.enum(keysOf(TEMPERATURE_UNITS)).default('celsius'),
  wind_speed_unit: z.enum(keysOf(WIND_SPEED_UNITS)).default('kmh').describe("as in a forecast's answer"),
});
export type PredictQuery = z.infer<typeof predictSchema>;

const { latitude, longitude, elevation, hourly_units, hourly, nulls } = placeAnswerSchema.shape;

export const predictionSchema = z.strictObject({
  latitude,
  longitude,
  elevation,
  generated_at: z.string(),
  init: z.string().describe('the last hour that was sent'),
  model: z.string(),
  weights_sha256: z.string().nullable(),
  hourly_units,
  hourly,
  nulls,
});
