/** From a path to a `Source`: a grid to be sampled at stations, or a file of stations. */
import type { Station } from '../src/domain/station.ts';
import { KernelcastError } from '../src/errors.ts';
import { type Field, findFields, type VariableMap } from './cf/find-variables.ts';
import { gridLayout } from './cf/grid-layout.ts';
import { isStationFile, stationLayout, stationsOf } from './cf/station-layout.ts';
import { openGrid } from './formats/open.ts';
import { type Grid, textAttribute } from './grid.ts';
import { gridSource } from './grid-source.ts';
import type { Source } from './source.ts';
import { stationSource } from './station-source.ts';

export interface SourceOptions {
  /** Where to sample grids; files of stations bring their own. */
  stations?: readonly Station[];
  map?: VariableMap;
  skipOutside?: boolean;
}

/**
 * Opens a file and checks all that can be checked without reading its values.
 * @throws KernelcastError `NOT_FOUND`, `FORMAT`, `CONVENTIONS`, `VARIABLE_MISSING`, `UNIT`, `OUTSIDE_GRID`, `ENVIRONMENT`;
 * `USAGE` for a grid without stations to sample it at
 */
export async function openSource(path: string, options: SourceOptions): Promise<Source> {
  const grid = await openGrid(path);
  try {
    return await (isStationFile(grid) ? openStations(grid, options) : openField(grid, options));
  } catch (error) {
    await grid.close();
    throw error;
  }
}

async function openStations(grid: Grid, { map = {} }: SourceOptions): Promise<Source> {
  const fields = await findFields(grid, map, (variable) => stationLayout(grid, variable));
  const [{ layout }] = fields;
  sameCoordinates(grid, fields, ['time', 'latitude', 'longitude']);
  return stationSource(grid, fields, await stationsOf(grid, layout), cellMethodOf(fields));
}

async function openField(grid: Grid, { map = {}, stations, skipOutside }: SourceOptions): Promise<Source> {
  const fields = await findFields(grid, map, (variable) => gridLayout(grid, variable));
  sameCoordinates(grid, fields, ['time', 'latitude', 'longitude']);
  if (!stations || stations.length === 0) {
    throw new KernelcastError('USAGE', 'a gridded file needs a list of stations to be sampled at', {
      where: { file: grid.path },
      hint: 'Give one: --stations CSV, with the columns id, latitude and longitude.',
    });
  }
  return gridSource(grid, fields, stations, { skipOutside, cellMethod: cellMethodOf(fields) });
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
