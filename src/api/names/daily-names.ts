/**
 * Open-Meteo's variables of a day that are not forecast here, by the unit that they are told in; as `hourly-names.ts`.
 *
 * Source: the parameter `daily` of Open-Meteo's own description (`openapi/forecast.yml` and `openapi/historical-weather.yml` of
 * github.com/open-meteo/open-meteo, August 2026) and of its documentation (https://open-meteo.com/en/docs).
 */
import type { UnitKind } from './unit-kinds.ts';

const statistics = (...names: string[]) => names.flatMap((name) => [`${name}_max`, `${name}_mean`, `${name}_min`]);

const NAMES: Partial<Record<UnitKind, readonly string[]>> = {
  temperature: [
    ...statistics('dew_point_2m', 'wet_bulb_temperature_2m'),
    ...['soil_temperature_0_to_100cm_mean', 'soil_temperature_0_to_7cm_mean', 'soil_temperature_7_to_28cm_mean'],
    'soil_temperature_28_to_100cm_mean',
  ],
  speed: statistics('wind_gusts_10m', 'wind_speed_100m', 'wind_speed_200m'),
  direction: ['wind_direction_100m_dominant', 'wind_direction_200m_dominant'],
  percent: [
    ...statistics('relative_humidity_2m', 'cloud_cover', 'precipitation_probability'),
    'leaf_wetness_probability_mean',
  ],
  precipitation: [
    ...['precipitation_sum', 'rain_sum', 'showers_sum', 'snowfall_water_equivalent_sum'],
    ...['et0_fao_evapotranspiration', 'et0_fao_evapotranspiration_sum'],
  ],
  snowfall: ['snowfall_sum'],
  length: statistics('visibility', 'snow_depth'),
  pressure: statistics('pressure_msl', 'surface_pressure'),
  vapourPressure: ['vapour_pressure_deficit_max'],
  soilMoisture: [
    ...['soil_moisture_0_to_100cm_mean', 'soil_moisture_0_to_10cm_mean', 'soil_moisture_0_to_7cm_mean'],
    ...['soil_moisture_7_to_28cm_mean', 'soil_moisture_28_to_100cm_mean'],
  ],
  radiationSum: ['shortwave_radiation_sum'],
  energy: statistics('cape'),
  verticalSpeed: ['updraft_max'],
  seconds: ['sunshine_duration'],
  hours: ['precipitation_hours'],
  code: ['weather_code'],
  none: ['uv_index_max', 'uv_index_clear_sky_max', 'growing_degree_days_base_0_limit_50'],
};

/** The unit of each. */
export const ABSENT_DAILY: ReadonlyMap<string, UnitKind> = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) => names.map((name): [string, UnitKind] => [name, kind as UnitKind])),
);
