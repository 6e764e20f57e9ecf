/**
 * What the ledger of the jobs records, a line of JSON each. Slots are hours in ISO 8601; `at` is by the clock of the machine,
 * also in a replay.
 */
import { z } from 'zod';
import { formatHour, type Hour, parseHour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';

const slot = z.string().refine(isSlot, 'not an hour');
const at = z.iso.datetime();
const common = { job: z.string(), slot, at };

const count = z.number().int().nonnegative();
const ingested = z.object({
  added: count,
  replaced: count,
  files: z.array(
    z.object({
      file: z.string(),
      stations: count,
      from: slot,
      to: slot,
      observed: count,
      interpolated: count,
      missing: count,
      rejected: z.object({ range: count, step: count, persistence: count, spatial: count }),
      gap_hours: count,
    }),
  ),
});

const recordSchema = z.discriminatedUnion('kind', [
  /** The slots of a job count from here, one in `every` hours; those before are nobody's business. */
  z.object({ kind: z.literal('begin'), ...common, every: z.number().int().positive() }),
  /** A process takes a slot; `claim` is its own until it ends or dies. */
  z.object({
    kind: z.literal('start'),
    ...common,
    claim: z.string(),
    attempt: z.number().int().positive(),
    /** Says what is missing, where the job does not wait for it any longer. */
    note: z.string().nullable(),
    /** 32 hexadecimal digits, as in W3C Trace Context: the same in the log. */
    trace: z.string(),
  }),
  /** `ingested`: what a slot of ingest brought. */
  z.object({ kind: z.literal('done'), ...common, claim: z.string(), ingested: ingested.optional() }),
  /**
   * `isLast`: no attempt is left; the slot is dead until a person asks for it again. `log`: the last lines of the log that the
   * attempt wrote; there are none where its process died.
   */
  z.object({
    kind: z.literal('failed'),
    ...common,
    claim: z.string(),
    error: z.string(),
    isLast: z.boolean(),
    log: z.array(z.object({ at: z.string(), level: z.string(), text: z.string() })).optional(),
  }),
  /** Slots from `slot` through `to` that will not be done. */
  z.object({ kind: z.literal('skipped'), ...common, to: slot, reason: z.string() }),
  /** A person asks for a slot, whatever has become of it; its attempts count from one again. */
  z.object({ kind: z.literal('retry'), ...common }),
]);
export type LedgerRecord = z.infer<typeof recordSchema>;

/** @throws KernelcastError `STORE_CORRUPT` for what nobody could read: it would be lost, and with it who has the slot */
export function encodeRecord(record: LedgerRecord): string {
  const { success, error } = recordSchema.safeParse(record);
  if (success) return `${JSON.stringify(record)}\n`;
  const [{ path, message }] = error.issues;
  throw new KernelcastError('STORE_CORRUPT', `a record of the ledger of the jobs is not whole: ${message}`, {
    where: { kind: record.kind, job: record.job, slot: record.slot, field: path.join('.') },
  });
}

/** The record of a line, or undefined where it is not one of ours, or was cut short by a crash. */
export function decodeLine(line: string): LedgerRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export function slotOf(record: { slot: string }): Hour {
  return parseHour(record.slot);
}

export function slotText(slot: Hour): string {
  return formatHour(slot);
}

function isSlot(text: string): boolean {
  try {
    parseHour(text);
    return true;
  } catch {
    return false;
  }
}
