/** One line of a table of observations, and how a table's lines become them. */
import type { Station } from '../../src/domain/station.ts';
import type { VariableName } from '../../src/domain/variables.ts';

export interface Observation {
  /** The station's id as the table has it. */
  station: string;
  /** What the line says of the station besides its id; undefined where the table has no positions. */
  place: Omit<Station, 'id'> | undefined;
  /** Unix time in milliseconds. */
  time: number;
  /** In the internal units; NaN where missing. */
  values: Partial<Record<VariableName, number>>;
}

/** A kind of table, told by its header. */
export interface TableReader {
  /** For people: `CSV`. */
  format: string;
  /** What the table's columns become. */
  taken: readonly { name: VariableName; from: string }[];
  /**
   * @returns undefined for a line that is no observation (a line of units, a monthly summary)
   * @throws KernelcastError `FORMAT` naming the line and column
   */
  read(cells: readonly string[], line: number): Observation | undefined;
}
