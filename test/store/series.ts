/** Small series for the tests of the store and of those who use it. */
import { emptyVariable, FLAG, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';

export function station(id: string, fields: Partial<Station> = {}): Station {
  return { id, name: `Place ${id}`, country: 'NL', latitude: 52, longitude: 5, elevation: 3, ...fields };
}

/** A series whose values come from a function of hour, station and variable; undefined or NaN is missing. */
export function seriesOf(
  stations: readonly Station[],
  from: Hour,
  hours: number,
  value: (hour: Hour, station: string, variable: VariableName) => number | undefined,
  options: { variables?: VariableName[]; flag?: number } = {},
): Series {
  const series: Series = { stations, from, hours, variables: {} };
  for (const name of options.variables ?? ['temperature_2m']) {
    const variable = emptyVariable(hours, stations.length);
    for (let t = 0; t < hours; t++) {
      for (const [s, { id }] of stations.entries()) {
        const given = value(from + t, id, name);
        if (given === undefined || Number.isNaN(given)) continue;
        variable.values[t * stations.length + s] = given;
        variable.flags[t * stations.length + s] = options.flag ?? FLAG.OBSERVED;
      }
    }
    series.variables[name] = variable;
  }
  return series;
}
