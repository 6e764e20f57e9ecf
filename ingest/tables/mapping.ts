/**
 * What the columns of a table are, as a JSON file says it:
 *
 *     {
 *       "station": "icao", "latitude": "site_lat", "longitude": "site_lon",
 *       "time": "observed", "timeZone": "America/Toronto",
 *       "variables": {
 *         "temperature_2m": { "column": "temp_f", "unit": "degF" },
 *         "wind_speed_10m": { "column": "wind_kts", "unit": "kt" }
 *       },
 *       "missing": ["M", "-9999"]
 *     }
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { VARIABLE_NAMES } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { fileError, systemCode } from '../../src/store/disk/files.ts';
import { isZone } from './instant.ts';

const mappingSchema = z.strictObject({
  /** Columns, named as in the header. */
  station: z.string(),
  time: z.string(),
  /** Without these the positions come from `--stations`. */
  latitude: z.string().optional(),
  longitude: z.string().optional(),
  elevation: z.string().optional(),
  name: z.string().optional(),
  country: z.string().optional(),
  variables: z
    .partialRecord(z.enum(VARIABLE_NAMES), z.strictObject({ column: z.string(), unit: z.string() }))
    .refine((variables) => Object.keys(variables).length > 0, 'at least one variable'),
  /** IANA name of the zone of times that bear no offset. */
  timeZone: z.string().default('UTC').refine(isZone, 'no time zone that this machine knows'),
  /** Where times are numbers: their unit since 1970. */
  timeUnit: z.enum(['seconds', 'milliseconds']).optional(),
  /** Cells that hold no value, besides empty ones. */
  missing: z.array(z.string()).default([]),
  delimiter: z.string().length(1).default(','),
});
export type TableMapping = z.infer<typeof mappingSchema>;

/** @throws KernelcastError `NOT_FOUND`, `ENVIRONMENT`; `USAGE` naming the field that is wrong */
export async function readMapping(path: string): Promise<TableMapping> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(error, 'read a mapping', path);
    throw new KernelcastError('NOT_FOUND', 'there is no such mapping', { where: { file: path } });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KernelcastError('USAGE', 'the mapping is not JSON', { where: { file: path }, cause });
  }
  const parsed = mappingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new KernelcastError('USAGE', `the mapping is not as it should be: ${issue.message}`, {
    where: { file: path, field: issue.path.join('.') || '(all)' },
    hint: 'ingest/README.md shows one.',
  });
}
