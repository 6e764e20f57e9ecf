/**
 * A file as series at points: the one view that the rest of ingest has of it, be it a grid that is sampled at stations, or
 * a file of stations. `open-source.ts` makes one from a path.
 */
import type { Series } from '../src/domain/series.ts';
import type { Station } from '../src/domain/station.ts';
import type { VariableName } from '../src/domain/variables.ts';
import type { TimeAxis } from './cf/time-axis.ts';

export interface Source {
  stations: readonly Station[];
  /** Stations that were asked for and lie outside. */
  outside: readonly Station[];
  axis: TimeAxis;
  /** How each value came about within its cell of time, where it is not an instant: `mean`, `maximum`, ... */
  cellMethod: string | undefined;
  /** The variables of the file that were taken. */
  taken: readonly { name: VariableName; from: string }[];
  /** What `read` gives: those, and what follows from them. */
  variables: readonly VariableName[];
  /** Bytes of the file that one time takes. */
  bytesPerTime: number;
  /** The values of the times [first, first + count) of the axis, [time, station], wind completed. */
  read(first: number, count: number): Promise<Series['variables']>;
  close(): Promise<void>;
}
