/** What the map shows at one lead hour: a value and a wind for each station, and the way from one hour to the next. Pure. */
import type { RunValues, Station } from '../api/contracts.ts';
import type { MapVariable } from '../colour/scale.ts';

/** All arrays lie along the stations; NaN = missing. */
export interface MapWeather {
  stations: readonly Station[];
  /** °C or m/s, the variable that colours the dots. */
  value: Float32Array;
  temperature: Float32Array;
  speed: Float32Array;
  /** Degrees that the wind blows from. */
  direction: Float32Array;
}

export function weatherAt(
  values: RunValues,
  stationsById: ReadonlyMap<string, Station>,
  variable: MapVariable,
  lead: number,
): MapWeather {
  const known: number[] = [];
  const stations: Station[] = [];
  values.stations.forEach((id, index) => {
    const station = stationsById.get(id);
    if (station) {
      known.push(index);
      stations.push(station);
    }
  });
  const column = (name: string): Float32Array => {
    const hour = values.hourly[name]?.[lead - 1];
    return Float32Array.from(known, (index) => hour?.[index] ?? Number.NaN);
  };
  const temperature = column('temperature_2m');
  const speed = column('wind_speed_10m');
  return {
    stations,
    value: variable === 'temperature_2m' ? temperature : speed,
    temperature,
    speed,
    direction: column('wind_direction_10m'),
  };
}

/** A frame on the way from one hour's values to another's, share 0..1; what is missing at either end is not guessed. */
export function blend(from: Float32Array, to: Float32Array, share: number): Float32Array {
  if (share >= 1 || from.length !== to.length) return to;
  return to.map((value, index) => (Number.isNaN(from[index]) ? value : from[index] + (value - from[index]) * share));
}
