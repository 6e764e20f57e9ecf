/** From a path to a `OpenedFile`: a grid to be sampled at stations, or a file of stations. */
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { type Field, findFields, type VariableMap } from '../cf/find-variables.ts';
import { gridLayout } from '../cf/grid-layout.ts';
import { methodOverTime } from '../cf/identity.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import { observedAlong, raggedLayout } from '../cf/ragged-layout.ts';
import { isStationFile, stationLayout, stationsOf } from '../cf/station-layout.ts';
import type { DataFile } from '../formats/data-file.ts';
import { openDataFile } from '../formats/open.ts';
import type { Fetch } from '../formats/zarr/http-store.ts';
import type { SamplingMethod } from '../sampling/sampling-plan.ts';
import type { TableMapping } from '../tables/mapping.ts';
import { openTable } from '../tables/open-table.ts';
import { framedFile } from './framed-file.ts';
import type { CellMethod, OpenedFile } from './opened-file.ts';
import { openedGrid } from './opened-grid.ts';
import { openedRagged } from './opened-ragged.ts';
import { openedStations } from './opened-stations.ts';

export interface OpenOptions {
  /** Where to sample grids; files of stations bring their own. */
  stations?: readonly Station[];
  map?: VariableMap;
  skipOutside?: boolean;
  /** What the columns of tables are, where they do not tell themselves: a table takes the first that fits. */
  table?: TableMapping | readonly TableMapping[];
  /** The same of some files, by path. */
  tables?: ReadonlyMap<string, TableMapping>;
  /** Units of tables' variables, where they do not tell. */
  units?: Partial<Record<VariableName, string>>;
  /** Of tables' times without an offset. */
  timeZone?: string;
  /** Only the hours from here on, and before here. */
  from?: Hour;
  to?: Hour;
  /** Which forecast, member or product is meant, where a file has several: see `framedFile`. */
  member?: string;
  product?: string;
  reference?: number;
  /** How addresses of Zarr stores are fetched. */
  fetch?: Fetch;
  /** How grids are sampled; by default bilinear where there are rows and columns, by inverse distance elsewhere. */
  method?: SamplingMethod;
  /**
   * Brings the temperature of grids to the stations' own heights: degrees per metre (`STANDARD_LAPSE_RATE`), and a file with the
   * elevation of the grid's ground where the file itself has none.
   */
  lapseRate?: { perMetre: number; groundFile?: string };
}

/**
 * Opens a file and checks all that can be checked without reading its values.
 * @throws KernelcastError `NOT_FOUND`, `FORMAT`, `CONVENTIONS`, `VARIABLE_MISSING`, `UNIT`, `OUTSIDE_GRID`, `ENVIRONMENT`;
 * `USAGE` for a grid without stations to sample it at
 */
export async function openFile(path: string, options: OpenOptions): Promise<OpenedFile> {
  const table = await openTable(path, options);
  if (table) return table;
  const stored = await openDataFile(path, options);
  try {
    return await openedFrom(stored, options);
  } catch (error) {
    await stored.close();
    throw error;
  }
}

/** The same of a file that is open already; it is closed by closing either. */
export async function openedFrom(stored: DataFile, options: OpenOptions): Promise<OpenedFile> {
  const isStations = isStationFile(stored);
  if (isStations && raggedLayout(stored)) return openStations(stored, options);
  const data = await framedFile(stored, options);
  return isStations ? openStations(data, options) : openField(data, options);
}

async function openStations(data: DataFile, { map = {}, product }: OpenOptions): Promise<OpenedFile> {
  const ragged = raggedLayout(data);
  if (ragged) {
    const observed = await findFields(data, map, (variable) => observedAlong(ragged, variable), { product });
    return openedRagged(data, observed, cellMethodOf(data, observed, map));
  }
  const fields = await findFields(data, map, (variable) => stationLayout(data, variable), { product });
  const [{ layout }] = fields;
  sameCoordinates(data, fields, ['time', 'latitude', 'longitude']);
  return openedStations(data, fields, await stationsOf(data, layout), cellMethodOf(data, fields, map));
}

async function openField(data: DataFile, options: OpenOptions): Promise<OpenedFile> {
  const { map = {}, stations, skipOutside, method, lapseRate, product } = options;
  const refused: string[] = [];
  const fields = await findFields(
    data,
    map,
    (variable, name) => gridLayout(data, variable, KNOWN_VARIABLES[name].height),
    { product, refused },
  );
  sameCoordinates(data, fields, ['time', 'latitude', 'longitude']);
  if (!stations || stations.length === 0) {
    throw new KernelcastError('USAGE', 'a gridded file needs a list of stations to be sampled at', {
      where: { file: data.path },
      hint: 'Give one: --stations CSV, with the columns id, latitude and longitude.',
    });
  }
  const ground = lapseRate?.groundFile === undefined ? data : await openDataFile(lapseRate.groundFile);
  try {
    return await openedGrid(data, fields, stations, {
      skipOutside,
      method,
      lapseRate: lapseRate && { perMetre: lapseRate.perMetre, ground },
      cellMethod: cellMethodOf(data, fields, map),
    });
  } finally {
    if (ground !== data) await ground.close();
  }
}

function sameCoordinates<Key extends string>(
  data: DataFile,
  fields: readonly Field<Record<Key, { name: string }>>[],
  keys: readonly Key[],
): void {
  const [first] = fields;
  for (const { variable, layout } of fields) {
    const other = keys.find((key) => layout[key].name !== first.layout[key].name);
    if (other === undefined) continue;
    throw new KernelcastError('CONVENTIONS', `two variables of the file have different coordinates of ${other}`, {
      where: { file: data.path, variables: `${first.variable.name}, ${variable.name}` },
      hint: 'Split the file: one grid a file.',
    });
  }
}

/** How values came about that are no instants; what a person maps by hand is taken as a mean of its cell, long ones being refused. */
function cellMethodOf(data: DataFile, fields: readonly Field<object>[], map: VariableMap): CellMethod | undefined {
  for (const { name, variable } of fields) {
    const method = methodOverTime(data, variable);
    if (method !== undefined) return { method, isChosen: map[name] !== undefined };
  }
  return undefined;
}
