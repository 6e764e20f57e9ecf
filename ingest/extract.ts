/**
 * One variable of a file at points, time after time: what `kernelcast extract` prints. Unlike ingest it takes any variable,
 * in the file's own unit and at the file's own times; or one of ours (`wind_speed_10m`), in the internal unit.
 *
 *     const series = await openExtract('air.nc', 'air', { stations });
 *     for await (const { time, values } of series.rows()) console.log(time, values);   // values: [point], NaN where missing
 */
import type { Station } from '../src/domain/station.ts';
import { isVariableName, VARIABLES, type VariableName } from '../src/domain/variables.ts';
import { KernelcastError } from '../src/errors.ts';
import { gridLayout } from './cf/grid-layout.ts';
import { packingOf } from './cf/packing.ts';
import { observedAlong, raggedLayout } from './cf/ragged-layout.ts';
import { isStationFile, stationLayout, stationsOf } from './cf/station-layout.ts';
import { openGrid } from './formats/open.ts';
import { type Grid, type GridVariable, isText, textAttribute } from './grid.ts';
import { gridSource } from './grid-source.ts';
import { openSource, type SourceOptions } from './open-source.ts';
import { raggedSource } from './ragged-source.ts';
import { type Source, timesAtOnce } from './source.ts';
import { stationSource } from './station-source.ts';

export interface ExtractedRow {
  /** Unix time in milliseconds. */
  time: number;
  /** [point]; NaN where missing. */
  values: Float32Array;
}

export interface Extract {
  points: readonly Station[];
  /** Points outside the grid that were left out. */
  outside: readonly Station[];
  /** Empty where the file does not tell. */
  unit: string;
  /** In the order of the file. */
  rows(): AsyncGenerator<ExtractedRow>;
  close(): Promise<void>;
}

/**
 * @param name of a variable in the file, else one of ours
 * @throws KernelcastError `VARIABLE_MISSING` naming the variables that there are; `CONVENTIONS` where it cannot be read at
 * points; else as `openSource`
 */
export async function openExtract(path: string, name: string, options: SourceOptions): Promise<Extract> {
  const grid = await openGrid(path, options);
  const variable = grid.variables.get(name);
  if (!variable || isText(variable)) {
    await grid.close();
    if (!isVariableName(name)) throw noSuchVariable(grid, name);
    const source = await openSource(path, options);
    if (source.variables.includes(name)) return extractOf(source, name, VARIABLES[name].unit);
    await source.close();
    throw noSuchVariable(grid, name);
  }
  try {
    return extractOf(
      await asItIs(grid, variable, options),
      STAND_IN,
      textAttribute(variable.attributes, 'units') ?? '',
    );
  } catch (error) {
    await grid.close();
    throw error;
  }
}

/** A source has variables of ours only; any other one is read under the name of a scalar, and in its own unit. */
const STAND_IN: VariableName = 'temperature_2m';

async function asItIs(grid: Grid, variable: GridVariable, options: SourceOptions): Promise<Source> {
  const { stations, skipOutside, method } = options;
  const field = {
    name: STAND_IN,
    variable,
    packing: packingOf(variable, grid.path),
    conversion: { scale: 1, offset: 0 },
  };
  if (isStationFile(grid)) {
    const ragged = raggedLayout(grid);
    if (ragged) {
      return raggedSource(
        grid,
        [{ ...field, layout: readable(observedAlong(ragged, variable), grid, variable) }],
        undefined,
      );
    }
    const layout = readable(stationLayout(grid, variable), grid, variable);
    return stationSource(grid, [{ ...field, layout }], await stationsOf(grid, layout), undefined);
  }
  if (!stations || stations.length === 0) {
    throw new KernelcastError('USAGE', 'a gridded file needs points to be sampled at', {
      where: { file: grid.path },
      hint: 'Give them: --points CSV, with the columns id, latitude and longitude.',
    });
  }
  const layout = readable(await gridLayout(grid, variable), grid, variable);
  return gridSource(grid, [{ ...field, layout }], stations, { skipOutside, method, cellMethod: undefined });
}

function readable<Layout extends object>(layout: Layout | string, grid: Grid, { name }: GridVariable): Layout {
  if (typeof layout !== 'string') return layout;
  throw new KernelcastError('CONVENTIONS', `'${name}' cannot be read at points: ${layout}`, {
    where: { file: grid.path },
  });
}

function extractOf(source: Source, name: VariableName, unit: string): Extract {
  const { axis, stations, outside } = source;
  const atOnce = timesAtOnce(source);
  return {
    points: stations,
    outside,
    unit,
    async *rows() {
      for (let first = 0; first < axis.times.length; first += atOnce) {
        const count = Math.min(atOnce, axis.times.length - first);
        const { values } = (await source.read(first, count))[name]!;
        for (let t = 0; t < count; t++) {
          yield {
            time: axis.times[first + t],
            values: values.subarray(t * stations.length, (t + 1) * stations.length),
          };
        }
      }
    },
    close: () => source.close(),
  };
}

function noSuchVariable(grid: Grid, name: string): KernelcastError {
  const names = [...grid.variables.values()].filter((variable) => !isText(variable)).map((variable) => variable.name);
  return new KernelcastError('VARIABLE_MISSING', `there is no variable '${name.slice(0, 80)}' in the file`, {
    where: { file: grid.path, variables: names.join(', ').slice(0, 500) || 'none' },
  });
}
