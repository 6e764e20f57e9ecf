/**
 * A file as series at points: the one view that the rest of ingest has of it, be it a grid that is sampled at stations, or
 * a file of stations. `open-file.ts` makes one from a path.
 */
import type { Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import type { TimeAxis } from '../cf/time-axis.ts';
import type { LeftOut } from '../quality/left-out.ts';

export interface CellMethod {
  /** `mean`, `maximum`, ... */
  method: string;
  /** Whether a person chose the variable by name, and so takes its values for those of their hours. */
  isChosen: boolean;
}

export interface OpenedFile {
  /** What the values are, which decides how they are checked: observations of stations, or a grid's. */
  kind: 'stations' | 'grid';
  stations: readonly Station[];
  /** Stations that were asked for and lie outside; those of a table that does not say where they are. */
  outside: readonly Station[];
  axis: TimeAxis;
  /** How each value came about within its cell of time, where it is not an instant. */
  cellMethod: CellMethod | undefined;
  /** The variables of the file that were taken. */
  taken: readonly { name: VariableName; from: string }[];
  /** What `read` gives: those, and what follows from them. */
  variables: readonly VariableName[];
  /** Observations that are there more than once, where a table tells. */
  duplicates?: number;
  /** Where stations report at steps of their own: hours, by station. Each is interpolated by its own. */
  stationSteps?: Int32Array;
  /** What the file has and is not taken, where a table tells. */
  leftOut?: readonly LeftOut[];
  /** Bytes of memory that reading one time takes. */
  bytesPerTime: number;
  /** Times that are unpacked at once: of a slab that begins or ends within such a chunk, the rest is unpacked for nothing. */
  chunkTimes: number;
  /** The values of the times [first, first + count) of the axis, [time, station], wind completed. */
  read(first: number, count: number): Promise<Series['variables']>;
  close(): Promise<void>;
}

const SLAB_BYTES = 16 * 1024 * 1024;

/** To unpack a chunk once and not again for each slab of it, so much more memory may be taken. */
const CHUNK_BYTES = 64 * 1024 * 1024;

/** How many times are best read at once: whole chunks where they fit, and as many as the memory for a slab holds. */
export function timesAtOnce({
  bytesPerTime,
  chunkTimes,
  stations,
  variables,
}: Pick<OpenedFile, 'bytesPerTime' | 'chunkTimes' | 'stations' | 'variables'>): number {
  const bytes = bytesPerTime + stations.length * variables.length * 16;
  const most = Math.max(1, Math.floor(SLAB_BYTES / Math.max(1, bytes)));
  if (most >= chunkTimes) return most - (most % chunkTimes);
  return chunkTimes * bytes <= CHUNK_BYTES ? chunkTimes : most;
}
