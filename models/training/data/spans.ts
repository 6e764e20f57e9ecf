/**
 * Which inits train and which validate. Spans are of *target hours*, [from, to): all 24 targets of an example lie in its
 * span, its 48 input hours may reach before it.
 *
 * No leakage: an hour that a validation example is scored on or has among its 48 input hours, in whichever source, is no hour
 * of any training example, which for a training example includes all of the history that its kind of model reads. Where spans
 * adjoin, training therefore stops 48 hours early; `gapHours` widens the gap on both sides. (The history before the 48 hours of
 * a validation example may reach back into training, as it does in service.)
 */
import { formatHour, type Hour } from '../../../src/domain/time.ts';
import { KernelcastError } from '../../../src/errors.ts';
import { INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';

/** Hours [from, to). */
export interface Span {
  from: Hour;
  to: Hour;
}

export interface SourceSpans {
  name: string;
  /** What there is. */
  known: Span;
  train?: Span;
  validate?: Span;
  /** Of a source whose years are stitched: no window may touch them. Its hours are those of no other source, and of no real year. */
  seams?: readonly Span[];
}

/** Inits, both ends included. */
export interface InitRange {
  first: Hour;
  last: Hour;
}

export interface SourceInits {
  train: InitRange[];
  validate: InitRange[];
}

/** The hours that the examples of a range read, targets included. */
export function hoursOf({ first, last }: InitRange, historyHours: number): Span {
  return { from: first - historyHours + 1, to: last + LEAD_HOURS + 1 };
}

/**
 * An example needs the 48 hours up to its init to be known; of a longer history it has what there is.
 * @param historyHours up to init that an example reads
 * @returns the inits of each source, in the order given
 * @throws KernelcastError `USAGE` when spans of a source overlap; `TOO_LITTLE_DATA` when nothing is left to train or to
 * validate on
 */
export function splitInits(
  sources: readonly SourceSpans[],
  { gapHours = 0, historyHours = INPUT_HOURS }: { gapHours?: number; historyHours?: number } = {},
): SourceInits[] {
  for (const source of sources) checkSpans(source);
  const within = (span: Span | undefined, { known, seams = [] }: SourceSpans) =>
    initsIn(span, known).flatMap((range) => without(range, seams, INPUT_HOURS));
  const validated = sources.map((source) => within(source.validate, source));
  const closed = validated
    .filter((_, index) => !sources[index].seams)
    .flat()
    .map((range): Span => {
      const { from, to } = hoursOf(range, INPUT_HOURS);
      return { from: from - gapHours, to: to + gapHours };
    });
  const inits = sources.map((source, index) => ({
    train: within(source.train, source).flatMap((range) =>
      source.seams ? [range] : without(range, closed, historyHours),
    ),
    validate: validated[index],
  }));
  for (const role of ['train', 'validate'] as const) {
    if (inits.some((ranges) => ranges[role].length > 0)) continue;
    throw new KernelcastError(
      'TOO_LITTLE_DATA',
      `no window of ${INPUT_HOURS} + ${LEAD_HOURS} hours is left to ${role}`,
      {
        where: Object.fromEntries(sources.map(({ name, known }) => [name, describeSpan(known)])),
        hint: `Give longer spans. An hour that validation reads, up to ${INPUT_HOURS} before its span, trains nothing.`,
      },
    );
  }
  return inits;
}

export function describeSpan({ from, to }: Span): string {
  return `${formatHour(from)} to ${formatHour(to)} (exclusive)`;
}

function checkSpans({ name, train, validate, seams }: SourceSpans): void {
  for (const [role, span] of Object.entries({ train, validate })) {
    if (!span || span.from < span.to) continue;
    throw new KernelcastError('USAGE', `the span to ${role} on is empty`, {
      where: { source: name, span: describeSpan(span) },
    });
  }
  // Stitched years are split by places.
  if (seams) return;
  if (train && validate && train.from < validate.to && validate.from < train.to) {
    throw new KernelcastError('USAGE', 'the spans to train and to validate on overlap', {
      where: { source: name, train: describeSpan(train), validate: describeSpan(validate) },
      hint: 'They are hours of targets, the end exclusive: train to 2023-01-01 and validate from 2023-01-01.',
    });
  }
}

/** Those whose targets lie in the span and all of whose hours are known. */
function initsIn(span: Span | undefined, known: Span): InitRange[] {
  if (!span) return [];
  const first = Math.max(span.from - 1, known.from + INPUT_HOURS - 1);
  const last = Math.min(span.to, known.to) - 1 - LEAD_HOURS;
  return first <= last ? [{ first, last }] : [];
}

/** What is left of a range when no hour of its examples may lie in a closed span. */
function without(range: InitRange, closed: readonly Span[], historyHours: number): InitRange[] {
  let ranges = [range];
  for (const { from, to } of closed) {
    // The last init whose targets end before it, and the first whose inputs begin after it.
    const [before, after] = [from - 1 - LEAD_HOURS, to + historyHours - 1];
    ranges = ranges.flatMap(({ first, last }) => [
      ...(first <= Math.min(last, before) ? [{ first, last: Math.min(last, before) }] : []),
      ...(Math.max(first, after) <= last ? [{ first: Math.max(first, after), last }] : []),
    ]);
  }
  return ranges;
}
