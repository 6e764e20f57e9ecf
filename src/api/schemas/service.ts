/** The answers of the routes that tell of the service itself: stations, runs, models, status, health, problems. */
import { z } from 'zod';

export const stationsSchema = z.strictObject({
  dataset: z.string(),
  stations: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      country: z.string(),
      latitude: z.number(),
      longitude: z.number(),
      elevation: z.number().nullable(),
      distance_km: z.number().optional().describe('from the position that was asked for'),
    }),
  ),
});

const runModelSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['network', 'baseline']),
  weights_sha256: z.string().nullable(),
});

export const runsSchema = z.strictObject({
  dataset: z.string(),
  runs: z.array(
    z.strictObject({
      init: z.string(),
      created_at: z.string(),
      lead_hours: z.int(),
      models: z.array(runModelSchema).describe('the first is the default'),
    }),
  ),
});

export const runValuesSchema = z.strictObject({
  dataset: z.string(),
  init: z.string(),
  generated_at: z.string(),
  valid_until: z.string().nullable().describe("when the next run is due, by the service's clock"),
  model: z.string(),
  weights_sha256: z.string().nullable(),
  stations: z.array(z.string()),
  time: z.array(z.string()),
  hourly_units: z.record(z.string(), z.string()),
  hourly: z
    .record(z.string(), z.array(z.array(z.number().nullable())))
    .describe('[variable][lead - 1][station]; null: the model has no value'),
});

const scoresSchema = z.record(
  z.string(),
  z.strictObject({ unit: z.string(), mse: z.number().nullable(), skill_persistence: z.number().nullable() }),
);

export const modelSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['network', 'baseline']),
  weights_sha256: z.string().nullable().describe('tells the exact weights; null for a model that has none'),
  created_at: z.string().nullable().describe('null for a model that is not trained'),
  architecture: z.unknown().describe('as its artefact says; null where it has none'),
  training: z.unknown().describe('on what and how it was trained, as its artefact says'),
  scores: scoresSchema.nullable().describe('over the last 24 runs that have been observed; null where there are none'),
  in_latest_run: z.boolean(),
});
export type ModelAnswer = z.infer<typeof modelSchema>;

export const modelsSchema = z.strictObject({
  dataset: z.string(),
  engine: z
    .strictObject({ name: z.string(), device: z.enum(['cpu', 'gpu']), why: z.string() })
    .nullable()
    .describe('what computes the network here, and why that one'),
  models: z.array(modelSchema),
});

export const updatesSchema = z.strictObject({
  model: z.string(),
  dataset: z.string(),
  last_run_initialisation_time: z.string(),
  last_run_availability_time: z.string().describe("when it was published, by the service's clock"),
  update_interval_hours: z.number().describe('between the last two runs'),
  next_run_expected: z.string().nullable(),
  temporal_resolution_seconds: z.int(),
  lead_hours: z.int(),
});

const jobSchema = z.looseObject({
  name: z.string(),
  state: z.string(),
  last_slot: z.string().nullable(),
  last_finished_at: z.string().nullable(),
  next_at: z.string().nullable(),
  last_error: z.string().nullable(),
});

export const statusSchema = z.strictObject({
  version: z.string(),
  now: z.string(),
  clock: z.strictObject({ kind: z.enum(['system', 'replay']), seconds_per_hour: z.number().optional() }),
  dataset: z.string(),
  datasets: z.array(
    z.strictObject({
      dataset: z.string(),
      from: z.string(),
      to: z.string(),
      stations: z.int(),
      variables: z.array(z.string()),
    }),
  ),
  latest_run: z.string().nullable(),
  preparing: z.string().nullable(),
  jobs: z.array(jobSchema),
});

export const liveSchema = z.strictObject({ status: z.literal('live') });
export const readySchema = z.strictObject({ status: z.literal('ready'), dataset: z.string(), latest_run: z.string() });

/** RFC 9457. */
export const problemSchema = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  parameter: z.string().optional().describe('the one to blame'),
  hint: z.string().optional().describe('what to do about it'),
  error: z.literal(true).describe('this and reason are where Open-Meteo says it'),
  reason: z.string().describe('the same as detail'),
  request_id: z.string().describe('also in the header X-Request-Id, and in the log'),
});
