/**
 * What the columns of a table are, as a JSON file says it (`ingest/README.md` has the whole language):
 *
 *     {
 *       "station": "icao", "latitude": "site_lat", "longitude": "site_lon",
 *       "time": ["date", "hour"], "timePattern": "yyyyMMdd H", "timeZone": "-05:00",
 *       "variables": {
 *         "temperature_2m": { "column": "temp_f", "unit": "degF", "quality": { "column": "temp_qc", "good": ["", "1"] } },
 *         "wind_speed_10m": { "column": "wind_kts", "unit": "kt" }
 *       },
 *       "missing": ["M", "-9999"], "decimal": ","
 *     }
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { VARIABLE_NAMES } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { fileError, systemCode } from '../../src/store/disk/files.ts';
import { isEncoding } from './encoding.ts';
import { timePattern } from './time-pattern.ts';
import { isZone } from './zone.ts';

const column = z.string().min(1);
const zone = z.string().refine(isZone, 'no time zone that this machine knows, and no offset like -05:00');
const pattern = z.string().refine((text) => {
  try {
    return Boolean(new RegExp(text, 'u'));
  } catch {
    return false;
  }
}, 'no regular expression');

/** A column of numbers: its name, or that and more. */
const numbers = z.union([
  column,
  z.strictObject({
    column,
    /** Of an elevation: metres where it is not said. */
    unit: z.string().optional(),
    /** Cells that hold no value in this column, besides those of the whole table. */
    missing: z.array(z.string()).optional(),
  }),
]);

const variable = z.strictObject({
  /** In a long table what stands in its column `long.variable`. */
  column,
  /** Or the column that has the unit in each row. */
  unit: z.union([z.string(), z.strictObject({ column })]),
  missing: z.array(z.string()).optional(),
  /** The column of the codes of quality, and those that are good (all others are not), or those that are bad. */
  quality: z
    .strictObject({ column, good: z.array(z.string()).optional(), bad: z.array(z.string()).optional() })
    .refine(({ good, bad }) => (good === undefined) !== (bad === undefined), 'either the good codes or the bad ones')
    .optional(),
  /** Cells of a direction that mean a wind from no one direction. */
  variable: z.array(z.string()).optional(),
  /** What a direction of 0 with a wind is: north, or (as where 0 is calm and north 360) none. */
  zero: z.enum(['north', 'none']).optional(),
  /** Files of this kind need not have it. */
  optional: z.boolean().optional(),
});

const place = {
  name: z.string().optional(),
  country: z.string().optional(),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(360).optional(),
  elevation: z.number().optional(),
};

const station = z.union([
  column,
  /** All of the table is of this one. */
  z.strictObject({ constant: z.string().min(1), ...place }),
  /** Its first group in the name of the file is the station's id. */
  z.strictObject({ fileName: pattern }),
  /** The cell of this column in the first line below the heading. */
  z.strictObject({ below: column }),
  /** Stations have no ids: they are told apart by their positions. */
  z.strictObject({ position: z.literal(true) }),
]);

const mappingSchema = z.strictObject({
  /** What it is for; and where its layout is described. For people. */
  title: z.string().optional(),
  source: z.string().optional(),
  station,
  /** A column, or several that are read one after the other with a space between. */
  time: z.union([column, z.array(column).min(1)]),
  /** How the time is written where it is not ISO 8601: see `time-pattern.ts`. */
  timePattern: z
    .string()
    .refine((text) => timePattern(text) !== undefined, 'no pattern of a day, as yyyyMMddHH or dd.MM.yyyy HH:mm')
    .optional(),
  /** Of times that bear no offset: an IANA name or an offset; the column that has it; or zones, each until a day. */
  timeZone: z
    .union([zone, z.strictObject({ column }), z.array(z.strictObject({ zone, until: z.iso.date().optional() })).min(1)])
    .default('UTC'),
  /** Why nobody can know the zone from the file: it has to be given (`--time-zone`). */
  askTimeZone: z.string().optional(),
  /** A line in front of the heading that tells the zone: the first group. */
  timeZoneLine: pattern.optional(),
  /** Where times are numbers: their unit since 1970. */
  timeUnit: z.enum(['seconds', 'milliseconds']).optional(),
  /** Without these the positions come from `--stations`. */
  latitude: numbers.optional(),
  longitude: numbers.optional(),
  elevation: numbers.optional(),
  name: column.optional(),
  country: column.optional(),
  /** Lines in front of the heading that tell stations: groups `id`, `latitude`, `longitude`, `elevation`, `name`. */
  stationLines: pattern.optional(),
  variables: z.partialRecord(z.enum(VARIABLE_NAMES), variable),
  /** One row a value: the column that says of what, and the one that has it. */
  long: z.strictObject({ variable: column, value: column }).optional(),
  /** Cells that hold no value, besides empty ones; numbers are compared as such. */
  missing: z.array(z.string()).default([]),
  /** The names of the columns, where the file has no heading. */
  columns: z.array(z.string()).min(1).optional(),
  /** Lines below the heading that are no rows (units, titles). */
  skip: z.int().min(0).max(100).optional(),
  /** What begins a line that is no row; `#` where it is not said. */
  comment: z.string().optional(),
  decimal: z.enum(['.', ',']).optional(),
  delimiter: z.string().length(1).default(','),
  encoding: z.string().refine(isEncoding, 'no encoding that this machine knows').optional(),
});
export type TableMapping = z.infer<typeof mappingSchema>;
export type VariableMapping = z.infer<typeof variable>;
export type NumbersMapping = z.infer<typeof numbers>;

/** A mapping as it is written, without what goes without saying. */
export type WrittenMapping = z.input<typeof mappingSchema>;

/** @throws KernelcastError `USAGE` naming the field that is wrong */
export function parseMapping(value: unknown, file: string): TableMapping {
  const parsed = mappingSchema.safeParse(value);
  if (parsed.success && (parsed.data.long || Object.keys(parsed.data.variables).length > 0)) return parsed.data;
  const [issue] = parsed.success ? [{ message: 'at least one variable', path: ['variables'] }] : parsed.error.issues;
  throw new KernelcastError('USAGE', `the mapping is not as it should be: ${issue.message}`, {
    where: { file, field: issue.path.join('.') || '(all)' },
    hint: 'ingest/README.md shows the language; `kernelcast tables NAME` prints one to begin with.',
  });
}

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
  return parseMapping(value, path);
}
