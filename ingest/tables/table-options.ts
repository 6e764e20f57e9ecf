/** What can be said of a table besides its path. */
import type { Station } from '../../src/domain/station.ts';
import type { Given } from './given.ts';
import type { TableMapping } from './mapping.ts';

export interface TableOptions extends Given {
  stations?: readonly Station[];
  /** What the columns are, or several such of which a table takes the first that fits; else they must be known ones. */
  table?: TableMapping | readonly TableMapping[];
  /** The same of some files, by path. */
  tables?: ReadonlyMap<string, TableMapping>;
  /** Of times without an offset: it counts more than what the mapping says. */
  timeZone?: string;
}
