/**
 * Every error that a person can meet, in one table: a code, the exit status of the command line and the HTTP status.
 *
 * A `KernelcastError` says what was wrong, where (file, variable, index), and what to do about it:
 *
 *     throw new KernelcastError('VARIABLE_MISSING', `no temperature or wind in ${file}`, {
 *       where: { file, variables: 'lon, lat, sst' },
 *       hint: 'Kernelcast reads air temperature at 2 m and wind at 10 m; see `kernelcast ingest --help`.',
 *     });
 */

/** code -> [exit status of the command line, HTTP status]. Exit statuses 64.. are those of sysexits(3). */
export const ERROR_CODES = {
  /** The command line or the query is not understood. */
  USAGE: [64, 400],
  /** A file is not in a format that we read, or is damaged or truncated. */
  FORMAT: [65, 422],
  /** The format is known, its content does not follow the CF conventions in a way that we need. */
  CONVENTIONS: [65, 422],
  /** A unit is unknown, or is no unit of the variable's quantity. */
  UNIT: [65, 422],
  /** None of the variables that we need is in the file or dataset. */
  VARIABLE_MISSING: [65, 422],
  /** A station list is malformed. */
  STATIONS: [65, 422],
  /** Stations lie outside the grid. */
  OUTSIDE_GRID: [65, 422],
  /** A file, dataset, run, model or station does not exist. */
  NOT_FOUND: [66, 404],
  /** There is too little data for what was asked. */
  TOO_LITTLE_DATA: [65, 409],
  /** A model artefact or checkpoint is damaged or of another architecture. */
  MODEL: [65, 422],
  /** Something in the store is damaged: a length or checksum of its manifest is not met. */
  STORE_CORRUPT: [74, 503],
  /** A key is needed, and missing or not known. */
  UNAUTHORIZED: [77, 401],
  /** Whoever asks may not have this. */
  FORBIDDEN: [77, 403],
  /** Whoever asks has asked for more than its share. */
  TOO_MANY_REQUESTS: [75, 429],
  /** Another process holds what we need. */
  BUSY: [75, 503],
  /** The service is still preparing: there is nothing to answer with yet. */
  NOT_READY: [75, 503],
  /** The machine lacks something (a library, memory, a port, a permission). */
  ENVIRONMENT: [69, 503],
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorDetails {
  /** Where it went wrong: file, variable, index, parameter, ... */
  where?: Record<string, string | number>;
  /** What the person can do. */
  hint?: string;
  cause?: unknown;
}

export class KernelcastError extends Error {
  override readonly name = 'KernelcastError';
  readonly code: ErrorCode;
  readonly where: Readonly<Record<string, string | number>>;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where ?? {};
    this.hint = details.hint;
  }

  get exitStatus(): number {
    return ERROR_CODES[this.code][0];
  }

  get httpStatus(): number {
    return ERROR_CODES[this.code][1];
  }
}

/** Narrows an unknown error to a `KernelcastError`, optionally of one of the given codes. */
export function isKernelcastError(error: unknown, ...codes: ErrorCode[]): error is KernelcastError {
  return error instanceof KernelcastError && (codes.length === 0 || codes.includes(error.code));
}

/** One or more lines for a terminal: what, where, what to do. */
export function describeError(error: unknown): string {
  if (!isKernelcastError(error)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = [`${error.code}: ${error.message}`];
  for (const [key, value] of Object.entries(error.where)) lines.push(`  ${key}: ${value}`);
  if (error.hint) lines.push(`  what to do: ${error.hint}`);
  return lines.join('\n');
}

/** One line: what went wrong, and what to do. */
export function describeShort(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isKernelcastError(error) && error.hint ? `${message}. ${error.hint}` : message;
}
