/** What the page of skill is made of: which models on which spans, and whose figures are quoted beside ours. */
import { z } from 'zod';
import { VARIABLE_NAMES } from '../../domain/variables.ts';

const quotedSchema = z.strictObject({
  /** Whose figures they are, and where they were published. */
  source: z.string().min(1),
  rows: z.array(
    z.strictObject({
      name: z.string().min(1),
      scores: z.partialRecord(z.enum(VARIABLE_NAMES), z.strictObject({ mse: z.number(), mae: z.number() })),
    }),
  ),
});

const sectionSchema = z.strictObject({
  /** Names the section's pictures. */
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string().min(1),
  /** Told under the title. */
  note: z.string().optional(),
  /** A dataset of the store, or a CF file of stations. */
  dataset: z.string().min(1),
  /** The span of the targets, `to` exclusive. */
  from: z.string(),
  to: z.string(),
  /** Hours from one forecast to the next. */
  stride: z.int().positive().default(1),
  /** Ids of the stations that are scored; the models see the others too. Default: all. */
  stations: z.array(z.string()).min(1).optional(),
  /** Folders of model artefacts, in place of the shipped one. */
  artefacts: z.array(z.string()).optional(),
  /** Baselines that are fitted for the page: to the hours before `to`, with uncertainty from [to, validateTo). */
  fit: z.strictObject({ to: z.string(), validateTo: z.string(), models: z.array(z.string()).min(1) }).optional(),
  quoted: quotedSchema.optional(),
});

export const skillConfigSchema = z.strictObject({
  /** Told under the page's title. */
  intro: z.string(),
  sections: z.array(sectionSchema).min(1),
  /** Markdown files whose text ends the page, relative to the configuration. */
  append: z.array(z.string()).default([]),
});

export type SkillConfig = z.infer<typeof skillConfigSchema>;
export type SkillSection = z.infer<typeof sectionSchema>;
