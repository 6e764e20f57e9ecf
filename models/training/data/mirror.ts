/**
 * The one reflection that leaves the laws of weather as they are: at the equator. Latitudes and the wind from south to
 * north change their sign, so that the deflection by the Earth's rotation does too, and seasons change over: half a year is
 * added to the time. (A mirror image in longitude would be weather of an Earth that turns the other way.)
 */
import type { Series, SeriesVariable } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';

/** Half a year, in whole days, so that the hours of the day stay. */
export const HALF_YEAR = 183 * 24;

export function mirrorStations(stations: readonly Station[]): Station[] {
  return stations.map((station) => ({ ...station, latitude: -station.latitude }));
}

/** The same weather on the other hemisphere, half a year later. */
export function mirrorSeries(series: Series, stations: readonly Station[]): Series {
  const { wind_v_component_10m: v, wind_direction_10m: direction, ...others } = series.variables;
  const map = ({ values, flags }: SeriesVariable, to: (value: number) => number): SeriesVariable => ({
    values: values.map(to),
    flags,
  });
  return {
    ...series,
    stations,
    from: series.from + HALF_YEAR,
    variables: {
      ...others,
      ...(v && { wind_v_component_10m: map(v, (value) => -value) }),
      ...(direction && { wind_direction_10m: map(direction, (degrees) => (540 - degrees) % 360) }),
    },
  };
}
