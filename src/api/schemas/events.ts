/** What the events of `/v1/events` carry. */
import { z } from 'zod';

export const runPublishedSchema = z.strictObject({
  dataset: z.string(),
  init: z.string(),
  created_at: z.string(),
  lead_hours: z.int(),
  /** Ids, the default first. */
  models: z.array(z.string()),
});
export type RunPublished = z.infer<typeof runPublishedSchema>;

export const observationsUpdatedSchema = z.strictObject({
  dataset: z.string(),
  /** The hour after the last. */
  to: z.string(),
  updated_at: z.string(),
  revision: z.string(),
});
export type ObservationsUpdated = z.infer<typeof observationsUpdatedSchema>;
