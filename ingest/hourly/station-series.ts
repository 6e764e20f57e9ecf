/**
 * A CF file of stations as hourly series of any span, without a store between, after quality control: what training reads
 * directly.
 *
 *     const file = await openStationSeries('knmi.nc');
 *     const series = await file.read(file.from, file.from + 72);   // no time of the file beyond the span is read
 */
import { stat } from 'node:fs/promises';
import { copyVariables } from '../../src/domain/align-stations.ts';
import { emptyVariable, type Series, withoutRejected } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import type { VariableMap } from '../cf/find-variables.ts';
import { openFile } from '../opened/open-file.ts';
import { controlled } from '../quality/control.ts';
import { LONGEST_STREAK } from '../quality/limits.ts';
import { hourlyBlocks } from './hourly-blocks.ts';
import { hoursOf, slabs } from './read-hours.ts';
import { bridgedByStation } from './station-steps.ts';

export interface StationSeries {
  stations: readonly Station[];
  variables: readonly string[];
  /** The first hour, and the hour after the last. */
  from: Hour;
  to: Hour;
  /** Another text whenever the file is another, by its length and its date. */
  revision: string;
  /** The hours [from, to); missing where the file has nothing. */
  read(from: Hour, to: Hour): Promise<Series>;
  close(): Promise<void>;
}

/** @throws KernelcastError see `openFile` and `nativeHours`; `USAGE` for a grid */
export async function openStationSeries(path: string, options: { map?: VariableMap } = {}): Promise<StationSeries> {
  const opened = await openFile(path, options);
  try {
    const native = hoursOf(path, opened);
    const { stations, variables } = opened;
    const { size, mtimeMs } = await stat(path);
    return {
      stations,
      variables,
      from: native.hours[0],
      to: native.hours[native.hours.length - 1] + 1,
      revision: `${size} bytes of ${new Date(mtimeMs).toISOString()}`,
      async read(from, to) {
        if (!(Number.isInteger(from) && Number.isInteger(to) && from <= to)) {
          throw new KernelcastError('USAGE', `[${from}, ${to}) is not a span of whole hours`, {
            where: { file: path },
          });
        }
        // Times before it, so that the first hours can be interpolated and checked; nothing after it.
        const first = native.hours.findIndex((hour) => hour > from - LONGEST_STREAK - native.step);
        const end = native.hours.findIndex((hour) => hour >= to);
        const [begin, stop] = [first < 0 ? native.hours.length : first, end < 0 ? native.hours.length : end];
        const part = {
          ...native,
          hours: native.hours.slice(begin, stop),
          indices: native.indices.slice(begin, stop),
        };
        const series: Series = { stations, from, hours: to - from, variables: {} };
        for (const name of variables) series.variables[name] = emptyVariable(to - from, stations.length);
        const checked = controlled(slabs(opened, part), opened);
        const bridged = opened.stationSteps ? bridgedByStation(checked, opened.stationSteps) : checked;
        for await (const each of hourlyBlocks(bridged, { stations, variables, step: native.step })) {
          copyVariables(withoutRejected(each), series);
        }
        return series;
      },
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
