/**
 * What a station really meets, drawn at random for training: silent hours, broken lines, reports every three hours, whole degrees
 * and whole metres per second, a vane that is stuck, an instrument that is not there, no elevation, a history of days only.
 * Of what comes after init nothing is touched: that is what came of it.
 */
import type { Random } from '../../../src/domain/random.ts';
import type { Series } from '../../../src/domain/series.ts';
import type { VariableName } from '../../../src/domain/variables.ts';

/** How often each happens. */
const SHARES = {
  silent: 0.18,
  broken: 0.08,
  sparse: 0.1,
  whole: 0.12,
  noDirection: 0.05,
  noWind: 0.04,
  noTemperature: 0.03,
};
const NO_ELEVATION = 0.1;
/** At most so many of the hours are silent. */
const MOST_SILENT = 0.8;
/** A neighbour's reports come late, by at most so many hours. */
const LATE = { share: 0.1, hours: 12 };
const LONGEST_BREAK = 36;
const INPUT = 48;
const [DIRECTION, WIND]: [VariableName[], VariableName[]] = [
  ['wind_u_component_10m', 'wind_v_component_10m'],
  ['wind_u_component_10m', 'wind_v_component_10m', 'wind_speed_10m'],
];

/** @param series the station first, then its neighbours; is written to. `hours` of it are up to init. */
export function varyObservations(series: Series, hours: number, random: Random): Series {
  const happens = (share: number) => random.uniform() < share;
  const upTo = (most: number) => Math.floor(random.uniform() * most);
  const forget = (names: readonly VariableName[], isGone: (hour: number, station: number) => boolean) => {
    const width = series.stations.length;
    for (const name of names) {
      const values = series.variables[name]?.values;
      if (!values) continue;
      for (let hour = 0; hour < hours; hour++) {
        for (let station = 0; station < width; station++) {
          if (isGone(hour, station)) values[hour * width + station] = Number.NaN;
        }
      }
    }
  };
  const all: VariableName[] = ['temperature_2m', ...WIND];
  const some = () => (happens(0.6) ? all : happens(0.5) ? ['temperature_2m' as const] : WIND);

  if (happens(SHARES.whole)) wholeNumbers(series, hours);
  if (happens(SHARES.silent)) {
    const share = random.uniform() * MOST_SILENT;
    const isSilent = Uint8Array.from({ length: hours * series.stations.length }, () => (happens(share) ? 1 : 0));
    forget(some(), (hour, station) => isSilent[hour * series.stations.length + station] === 1);
  }
  if (happens(SHARES.broken)) {
    const [from, length] = [hours - INPUT + upTo(INPUT), 3 + upTo(LONGEST_BREAK - 3)];
    forget(some(), (hour, station) => station === 0 && hour >= from && hour < from + length);
  }
  if (happens(SHARES.sparse)) {
    const every = happens(0.75) ? 3 : 6;
    const phase = upTo(every);
    forget(all, (hour) => hour % every !== phase);
  }
  if (happens(SHARES.noDirection)) forget(DIRECTION, () => true);
  if (happens(SHARES.noWind)) forget(WIND, () => true);
  else if (happens(SHARES.noTemperature)) forget(['temperature_2m'], () => true);
  for (let neighbour = 1; neighbour < series.stations.length; neighbour++) {
    if (!happens(LATE.share)) continue;
    const late = 1 + upTo(LATE.hours);
    forget(all, (hour, station) => station === neighbour && hour >= hours - late);
  }
  if (!happens(NO_ELEVATION)) return series;
  return { ...series, stations: series.stations.map((station) => ({ ...station, elevation: null })) };
}

function wholeNumbers({ variables, stations }: Series, hours: number): void {
  const end = hours * stations.length;
  const { temperature_2m: temperature, wind_speed_10m: speed } = variables;
  if (temperature) for (let i = 0; i < end; i++) temperature.values[i] = Math.round(temperature.values[i]);
  if (!speed) return;
  for (let i = 0; i < end; i++) {
    const whole = Math.round(speed.values[i]);
    const grown = speed.values[i] > 0 ? whole / speed.values[i] : 1;
    for (const name of DIRECTION) if (variables[name]) variables[name]!.values[i] *= grown;
    speed.values[i] = whole;
  }
}
