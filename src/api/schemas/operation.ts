/** The answers that tell of the service's operation: jobs, storage, the machine. */
import { z } from 'zod';

const ingestedSchema = z.strictObject({
  added: z.int().describe('values that are new in the dataset: hours x stations x variables'),
  replaced: z.int(),
  files: z
    .array(
      z.strictObject({
        file: z.string(),
        stations: z.int(),
        from: z.string(),
        to: z.string().describe('the hour after the last'),
        observed: z.int(),
        interpolated: z.int(),
        missing: z.int(),
        rejected: z
          .strictObject({ range: z.int(), step: z.int(), persistence: z.int(), spatial: z.int() })
          .describe('values by the check of quality control that they failed'),
        gap_hours: z.int().describe('summed over the stations: hours without a value between the first and the last'),
      }),
    )
    .describe('the last ten'),
});

const attemptSchema = z.strictObject({
  job: z.string(),
  slot: z.string(),
  to: z.string().describe('the last of the slots that were skipped together; otherwise the slot itself'),
  attempt: z.int().describe('from 1; 0 for slots that were skipped'),
  state: z.enum(['running', 'done', 'failed', 'dead', 'skipped']).describe('dead: failed, and no attempt is left'),
  started_at: z.string().describe('by the clock of the machine, also in a replay'),
  ended_at: z.string().nullable(),
  error: z.string().nullable(),
  note: z.string().nullable().describe('what was missing, where the job did not wait for it any longer'),
  trace: z.string().nullable().describe("the same in the attempt's lines in the log"),
  log: z
    .array(z.strictObject({ at: z.string(), level: z.string(), text: z.string() }))
    .describe('the last of those lines, where it failed; none where its process died'),
  ingested: ingestedSchema.nullable(),
});

export const jobsSchema = z.strictObject({
  dataset: z.string(),
  attempts: z.array(attemptSchema).describe('the newest first'),
});

const pile = { count: z.int(), bytes: z.int() };

export const storageSchema = z.strictObject({
  datasets: z.array(
    z.strictObject({
      dataset: z.string(),
      to: z.string().describe('the hour after the last observed one'),
      updated_at: z.string().describe('when observations came in last, by the clock of the machine'),
      sources: z.array(z.string()).describe('the last ten of what was merged into it'),
      observations: z.strictObject({ bytes: z.int() }),
      runs: z.strictObject({ ...pile, oldest: z.string().nullable(), newest: z.string().nullable() }),
      scores: z.strictObject({ count: z.int(), oldest: z.string().nullable(), newest: z.string().nullable() }),
    }),
  ),
  models: z.strictObject(pile),
  disk: z
    .strictObject({ free_bytes: z.int(), total_bytes: z.int() })
    .nullable()
    .describe('of the data directory; null where the system does not tell'),
});

export const doctorSchema = z.strictObject({
  checked_at: z.string(),
  checks: z.array(
    z.strictObject({
      check: z.string(),
      state: z.enum(['ok', 'warn', 'fail']),
      found: z.string(),
      mend: z.string().nullable().describe('what to do'),
    }),
  ),
});

export const trainingSchema = z.strictObject({
  model: z.string(),
  best_step: z.int().nullable().describe('the step whose weights were kept'),
  steps: z.array(z.int()),
  loss: z.array(z.number().nullable()).describe('of the training, along the steps'),
  validation: z
    .array(z.record(z.string(), z.number().nullable()).nullable())
    .describe('measures on the validation span, along the steps; null where there was no validation'),
});
