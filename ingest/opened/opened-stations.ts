/** A file of stations, as it is: its stations are the stations. */
import { observedVariable, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Field } from '../cf/find-variables.ts';
import { signedAsTold, unpackPicked } from '../cf/packing.ts';
import { hasPlace, type StationLayout, withoutPlace } from '../cf/station-layout.ts';
import { readTimeAxis } from '../cf/time-axis.ts';
import type { DataFile } from '../formats/data-file.ts';
import { completedNames, completeWind } from '../hourly/both-winds.ts';
import type { CellMethod, OpenedFile } from './opened-file.ts';

/**
 * @param fields with the same coordinates
 * @throws KernelcastError `CONVENTIONS` from the time axis
 */
export async function openedStations(
  data: DataFile,
  fields: readonly Field<StationLayout>[],
  all: readonly Station[],
  cellMethod: CellMethod | undefined,
): Promise<OpenedFile> {
  const kept = [...all.keys()].filter((index) => hasPlace(all[index]));
  const stations = kept.map((index) => all[index]);
  const axis = await readTimeAxis(data, fields[0].layout.time);
  return {
    kind: 'stations',
    stations,
    outside: withoutPlace(data, all),
    axis,
    cellMethod,
    taken: fields.map(({ name, variable }) => ({ name, from: variable.name })),
    variables: completedNames(fields.map(({ name }) => name)),
    bytesPerTime: fields.length * stations.length * 8,
    chunkTimes: Math.max(...fields.map(({ variable, layout }) => variable.chunk?.[layout.timeAxis] ?? 1)),
    close: () => data.close(),
    async read(first, count) {
      const variables: Series['variables'] = {};
      for (const field of fields) {
        const values = await readAtStations(data, field, kept, first, count);
        variables[field.name] = observedVariable(Float32Array.from(values));
      }
      return completeWind(variables, count * stations.length);
    },
  };
}

/** The values of the times [first, first + count), [time, station], in the field's unit; NaN where missing. */
export async function readAtStations(
  data: DataFile,
  { variable, layout, packing }: Field<StationLayout>,
  stations: readonly number[],
  first: number,
  count: number,
): Promise<Float64Array> {
  const { timeAxis, stationAxis } = layout;
  const start = variable.shape.map((_, axis) => (axis === timeAxis ? first : 0));
  const size = variable.shape.map((n, axis) => (axis === timeAxis ? count : n));
  const raw = signedAsTold(await data.read(variable, start, size), packing);
  const strideOf = (axis: number) => size.slice(axis + 1).reduce((product, n) => product * n, 1);
  const stationStride = stationAxis === undefined ? 0 : strideOf(stationAxis);
  const picks = Int32Array.from(stations, (s) => s * stationStride);
  const values = new Float64Array(count * stations.length);
  for (let t = 0; t < count; t++)
    unpackPicked(raw, t * strideOf(timeAxis), picks, packing, values, t * stations.length);
  return values;
}
