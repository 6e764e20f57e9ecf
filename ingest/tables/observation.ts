/** One line of a table of observations, and how a table's lines become them. */
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import type { LeftOutTally } from '../quality/left-out.ts';

export interface Observation {
  /** The station's id as the table has it. */
  station: string;
  /** What the line says of the station besides its id; undefined where the table has no positions. */
  place: Omit<Station, 'id'> | undefined;
  /** Whether the line has a number for the elevation that means none. */
  isElevationUnknown?: boolean;
  /** Unix time in milliseconds, or what a clock of a zone shows. */
  time: number | LocalTime;
  /** In the internal units; NaN where missing. */
  values: Partial<Record<VariableName, number>>;
}

export interface LocalTime {
  /** What the clock shows, as if it were UTC, in milliseconds. */
  wall: number;
  zone: string;
  /** As the table has it. */
  text: string;
}

/** A kind of table, told by its header. */
export interface TableReader {
  /** For people: `CSV`. */
  format: string;
  /** What the table's columns become. */
  taken: readonly { name: VariableName; from: string }[];
  /** The cells of a row, where the rows must have as many as the heading. */
  width?: number;
  /** Where each row has one value only: the rows of a station are told apart by what they are of. */
  isLong?: boolean;
  /** Stations have no ids, and are found by where they are. */
  isByPosition?: boolean;
  /** All rows are of one station, whose id the file does not tell: a list of one tells it. */
  isOneStation?: boolean;
  /**
   * @param leftOut told of what the line has and is not taken
   * @returns undefined for a line that is no observation (a line of units, a monthly summary)
   * @throws KernelcastError `FORMAT` naming the line and column
   */
  read(cells: readonly string[], line: number, leftOut: LeftOutTally): Observation | undefined;
}
