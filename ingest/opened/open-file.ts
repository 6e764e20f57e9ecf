/** From a path to a `Source`: a grid to be sampled at stations, or a file of stations. */
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import { type Field, findFields, type VariableMap } from '../cf/find-variables.ts';
import { gridLayout } from '../cf/grid-layout.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import { observedAlong, raggedLayout } from '../cf/ragged-layout.ts';
import { isStationFile, stationLayout, stationsOf } from '../cf/station-layout.ts';
import { type Grid, textAttribute } from '../formats/data-file.ts';
import { openGrid } from '../formats/open.ts';
import type { Fetch } from '../formats/zarr/http-store.ts';
import type { SamplingMethod } from '../sampling/sampling-plan.ts';
import type { TableMapping } from '../tables/mapping.ts';
import { openTable } from '../tables/open-table.ts';
import { gridSource } from './grid-source.ts';
import type { Source } from './opened-file.ts';
import { raggedSource } from './ragged-source.ts';
import { stationSource } from './station-source.ts';

export interface SourceOptions {
  /** Where to sample grids; files of stations bring their own. */
  stations?: readonly Station[];
  map?: VariableMap;
  skipOutside?: boolean;
  /** What the columns of tables are, where they do not tell themselves. */
  table?: TableMapping;
  /** The same of some files, by path. */
  tables?: ReadonlyMap<string, TableMapping>;
  /** Only the hours from here on, and before here. */
  from?: Hour;
  to?: Hour;
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
export async function openSource(path: string, options: SourceOptions): Promise<Source> {
  const table = await openTable(path, options);
  if (table) return table;
  const grid = await openGrid(path, options);
  try {
    return await (isStationFile(grid) ? openStations(grid, options) : openField(grid, options));
  } catch (error) {
    await grid.close();
    throw error;
  }
}

async function openStations(grid: Grid, { map = {} }: SourceOptions): Promise<Source> {
  const ragged = raggedLayout(grid);
  if (ragged) {
    const observed = await findFields(grid, map, (variable) => observedAlong(ragged, variable));
    return raggedSource(grid, observed, cellMethodOf(observed));
  }
  const fields = await findFields(grid, map, (variable) => stationLayout(grid, variable));
  const [{ layout }] = fields;
  sameCoordinates(grid, fields, ['time', 'latitude', 'longitude']);
  return stationSource(grid, fields, await stationsOf(grid, layout), cellMethodOf(fields));
}

async function openField(grid: Grid, options: SourceOptions): Promise<Source> {
  const { map = {}, stations, skipOutside, method, lapseRate } = options;
  const fields = await findFields(grid, map, (variable, name) =>
    gridLayout(grid, variable, KNOWN_VARIABLES[name].height),
  );
  sameCoordinates(grid, fields, ['time', 'latitude', 'longitude']);
  if (!stations || stations.length === 0) {
    throw new KernelcastError('USAGE', 'a gridded file needs a list of stations to be sampled at', {
      where: { file: grid.path },
      hint: 'Give one: --stations CSV, with the columns id, latitude and longitude.',
    });
  }
  const ground = lapseRate?.groundFile === undefined ? grid : await openGrid(lapseRate.groundFile);
  try {
    return await gridSource(grid, fields, stations, {
      skipOutside,
      method,
      lapseRate: lapseRate && { perMetre: lapseRate.perMetre, ground },
      cellMethod: cellMethodOf(fields),
    });
  } finally {
    if (ground !== grid) await ground.close();
  }
}

function sameCoordinates<Key extends string>(
  grid: Grid,
  fields: readonly Field<Record<Key, { name: string }>>[],
  keys: readonly Key[],
): void {
  const [first] = fields;
  for (const { variable, layout } of fields) {
    const other = keys.find((key) => layout[key].name !== first.layout[key].name);
    if (other === undefined) continue;
    throw new KernelcastError('CONVENTIONS', `two variables of the file have different coordinates of ${other}`, {
      where: { file: grid.path, variables: `${first.variable.name}, ${variable.name}` },
      hint: 'Split the file: one grid a file.',
    });
  }
}

/** "time: mean (interval: 3 hours)" -> mean; an instant (`point`) is no cell. */
function cellMethodOf(fields: readonly Field<object>[]): string | undefined {
  for (const { variable } of fields) {
    const methods = textAttribute(variable.attributes, 'cell_methods') ?? '';
    const [, method] = /\btime\s*:\s*(\w+)/.exec(methods) ?? [];
    if (method && method !== 'point') return method;
  }
  return undefined;
}
