/**
 * The manifest of a dataset: its stations and the segments that hold its hours. Version 1 knew one file a month; it reads as
 * a month of one segment, and the next change writes the manifest as version 2.
 */
import { z } from 'zod';
import { VARIABLE_NAMES } from '../../domain/variables.ts';
import { fileEntrySchema, stationSchema } from '../manifest.ts';

const segmentSchema = fileEntrySchema.extend({
  month: z.string().regex(/^\d{4}-\d{2}$/),
  file: z.string().regex(/^\d{4}-\d{2}\.[0-9a-f]{8}\.arrow$/),
  from: z.number().int(),
  hours: z.number().int().positive(),
  variables: z.array(z.enum(VARIABLE_NAMES)),
});

/** Values that were taken back, and why. */
const withdrawalSchema = z.object({
  /** ISO 8601, when. */
  at: z.string(),
  station: z.string(),
  from: z.number().int(),
  /** Exclusive. */
  to: z.number().int(),
  variables: z.array(z.enum(VARIABLE_NAMES)),
  reason: z.string(),
  /** How many values there were. */
  values: z.number().int(),
});
export type Withdrawal = z.infer<typeof withdrawalSchema>;

const commonSchema = z.object({
  format: z.literal('kernelcast-observations'),
  dataset: z.string(),
  /** ISO 8601. */
  updatedAt: z.string(),
  sources: z.array(z.string()),
  withdrawals: z.array(withdrawalSchema).optional(),
  stations: z.array(stationSchema).min(1).readonly(),
});

const version2 = commonSchema.extend({
  version: z.literal(2),
  /** By month, and in a month in the order in which they count: a later one in place of the earlier ones. */
  segments: z.array(segmentSchema).min(1),
});

const version1 = commonSchema
  .extend({ version: z.literal(1), months: z.array(segmentSchema).min(1) })
  .transform(({ months, ...common }) => ({ ...common, version: 2 as const, segments: months }));

export const observationManifestSchema = z.discriminatedUnion('version', [version2, version1]);
export type ObservationManifest = z.infer<typeof observationManifestSchema>;
