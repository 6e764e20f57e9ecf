/** The answer for one place, in the shape of Open-Meteo's, with what only Kernelcast tells beside it. */
import { z } from 'zod';
import { NULL_REASONS, type NullReason } from '../answers/hours.ts';

const timeSchema = z.union([z.string(), z.int()]).describe('ISO 8601 in the zone of the answer, or Unix seconds');
const valueSchema = z.number().nullable();
const unitsSchema = z.record(z.string(), z.string());
const rowSchema = z.object({ time: timeSchema, interval: z.int() }).catchall(valueSchema).optional();
const tableSchema = z
  .object({ time: z.array(timeSchema) })
  .catchall(z.array(z.union([valueSchema, z.string().describe('sunrise and sunset, as `time`')])))
  .describe('one list a variable, as long as `time`');
const REASONS = Object.keys(NULL_REASONS) as NullReason[];

const modelSchema = z.strictObject({
  id: z.string(),
  weights_sha256: z.string().nullable().describe('tells the exact weights; null for a model that has none'),
});

const runSchema = z.strictObject({
  dataset: z.string(),
  init: z.string().describe('the last hour whose observations the run used'),
  created_at: z.string(),
  valid_until: z.string().nullable().describe("when the next run is due, by the service's clock"),
  model: z.string().describe('id of the first model'),
  weights_sha256: z.string().nullable(),
  models: z.array(modelSchema).describe('all models of the answer'),
});

export const placeAnswerSchema = z
  .strictObject({
    latitude: z.number().describe('of the station that answers'),
    longitude: z.number(),
    elevation: z.number().nullable().describe('metres above mean sea level'),
    generationtime_ms: z.literal(0).describe("always 0: the answer's bytes follow from the run alone"),
    utc_offset_seconds: z.int(),
    timezone: z.string(),
    timezone_abbreviation: z.string(),
    location_id: z.int().optional().describe('the place in the list of locations, from 1 on'),
    generated_at: z.string().describe('when what is answered was made: the run, else the newest observations'),
    station: z.strictObject({
      id: z.string(),
      name: z.string(),
      country: z.string(),
      elevation: z.number().nullable(),
      distance_km: z.number().describe('from the position that was asked for'),
    }),
    run: runSchema.optional(),
    observations: z
      .strictObject({
        dataset: z.string(),
        from: z.string(),
        to: z.string(),
        revision: z.string(),
        updated_at: z.string(),
      })
      .optional()
      .describe('what is observed so far; `to` is the hour after the last'),
    current_units: unitsSchema.optional(),
    current: rowSchema,
    current_weather_units: unitsSchema.optional(),
    current_weather: rowSchema,
    minutely_15_units: unitsSchema.optional(),
    minutely_15: tableSchema.optional(),
    hourly_units: unitsSchema.optional(),
    hourly: tableSchema.optional(),
    daily_units: unitsSchema.optional(),
    daily: tableSchema.optional(),
    nulls: z
      .array(z.strictObject({ name: z.string(), from: timeSchema, through: timeSchema, reason: z.enum(REASONS) }))
      .optional()
      .describe('why values are null; not there where none is'),
  })
  .meta({ id: 'PlaceAnswer' });
export type PlaceAnswer = z.infer<typeof placeAnswerSchema>;

/** One place, or the list of all that were asked for. */
export const placeAnswersSchema = z.union([placeAnswerSchema, z.array(placeAnswerSchema)]);
