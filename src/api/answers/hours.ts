/**
 * The hours of one station: observed ones up to `init`, forecast ones after it, on one axis; and why a value is missing.
 * Values stay in internal units here.
 */
import type { Series } from '../../domain/series.ts';
import type { Hour } from '../../domain/time.ts';
import { WARMEST_WIND_CHILL } from '../../domain/wind-chill.ts';
import { columnOf } from '../places/stations.ts';
import { quantityOf, type SeriesQuantity } from './quantities.ts';
import type { UnitChoice } from './units.ts';
import { quantityValues } from './values.ts';

/** Why a value is null, in the order of the rules. */
export const NULL_REASONS = {
  beyond_forecast: 'the hour, or one of those that the value is of, is after the last one of the run',
  beyond_observations: 'the hour is after the last observed one',
  no_observation: 'nothing was observed at the station in this hour',
  no_past_uncertainty: 'quantiles and probabilities are of forecasts; this hour was observed',
  no_uncertainty: 'the model tells no quantiles',
  no_joint_uncertainty: 'the model does not tell how its hours hang together',
  no_forecast: 'the model has no value for this station and hour',
  wind_chill_undefined: `the wind chill is defined at ${WARMEST_WIND_CHILL} °C and below`,
  incomplete_day: 'some hours of the day have no value',
  not_forecast: 'Open-Meteo has this variable; nothing here observes or forecasts it',
  no_such_model: 'Open-Meteo has this model; the run has not',
  no_sunrise: 'the sun does not rise, or does not set, on this day',
  between_hours: 'values are of whole hours; this time lies between two',
} as const;
export type NullReason = keyof typeof NULL_REASONS;

export interface Sources {
  /** The last hour that is taken from the observations. */
  init: Hour;
  /** Undefined where no observed hour is asked for. */
  observed?: Series;
  /** Undefined where there is no run. */
  forecast?: Series;
  /** The model is one of Open-Meteo's that the run has not: nothing is known. */
  isForeign?: boolean;
}

/** One quantity at one station. */
export interface HourColumn {
  /** NaN where missing. */
  at(hour: Hour): number;
  /** Why the value at an hour is missing. */
  reason(hour: Hour): NullReason;
}

/** @param units of the threshold of an exceedance */
export function hourColumn(sources: Sources, station: string, quantity: SeriesQuantity, units: UnitChoice): HourColumn {
  const { init, observed, forecast } = sources;
  const isUncertain = quantity.kind === 'quantile' || quantity.kind === 'exceedance';
  const past = observed && !isUncertain ? reader(observed, station, quantity, units) : nothing;
  const future = forecast ? reader(forecast, station, quantity, units) : nothing;
  const hours = quantity.kind === 'exceedance' ? quantity.hours : 1;
  const at = (hour: Hour) => (hour <= init ? past(hour) : future(hour));
  return {
    at,
    reason(hour) {
      if (sources.isForeign) return 'no_such_model';
      if (!Number.isInteger(hour)) return 'between_hours';
      if (hour > init && !forecast) return 'beyond_observations';
      if (forecast && hour + hours > forecast.from + forecast.hours) return 'beyond_forecast';
      if (isUncertain && hour <= init) return 'no_past_uncertainty';
      if (isUncertain && !forecast?.quantiles?.[quantity.variable]) return 'no_uncertainty';
      if (hours > 1 && !forecast?.rankPaths?.[quantity.variable]) return 'no_joint_uncertainty';
      if (quantity.kind === 'apparent' && isWarm(sources, station, units, hour)) return 'wind_chill_undefined';
      return hour <= init ? 'no_observation' : 'no_forecast';
    },
  };
}

function isWarm(sources: Sources, station: string, units: UnitChoice, hour: Hour): boolean {
  return hourColumn(sources, station, quantityOf('temperature_2m'), units).at(hour) > WARMEST_WIND_CHILL;
}

const nothing = () => Number.NaN;

function reader(series: Series, station: string, quantity: SeriesQuantity, units: UnitChoice): (hour: Hour) => number {
  const column = columnOf(series.stations, station);
  const values = column < 0 ? undefined : quantityValues(series, quantity, units);
  if (!values) return nothing;
  const width = series.stations.length;
  return (hour) => {
    const row = hour - series.from;
    return row >= 0 && row < series.hours && Number.isInteger(row) ? values(row * width + column) : Number.NaN;
  };
}
