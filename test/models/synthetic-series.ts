/** Small series for tests: values from a formula, everything observed. */
import { FLAG, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import type { VariableName } from '../../src/domain/variables.ts';

export function testStations(count: number): Station[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `s${index}`,
    name: `Station ${index}`,
    country: '',
    latitude: -60 + ((index * 37) % 120),
    longitude: -180 + ((index * 97) % 360),
    elevation: null,
  }));
}

/** A formula gives each value; NaN makes it missing. */
export function testSeries(options: {
  stations: readonly Station[];
  from: Hour;
  hours: number;
  values: Partial<Record<VariableName, (hour: Hour, station: number) => number>>;
}): Series {
  const { stations, from, hours } = options;
  const variables: Series['variables'] = {};
  for (const [name, formula] of Object.entries(options.values)) {
    const values = Float32Array.from({ length: hours * stations.length }, (_, index) =>
      formula(from + Math.floor(index / stations.length), index % stations.length),
    );
    const flags = Uint8Array.from(values, (value) => (Number.isNaN(value) ? FLAG.MISSING : FLAG.OBSERVED));
    variables[name as VariableName] = { values, flags };
  }
  return { stations, from, hours, variables };
}
