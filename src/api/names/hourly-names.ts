/**
 * Open-Meteo's variables of an hour that are not forecast here, by the unit that they are told in. They are known, so that a program
 * that asks for them beside others is answered: with null, and why.
 *
 * Source: the parameters `hourly`, `current` and `minutely_15` of Open-Meteo's own description (`openapi/forecast.yml` of
 * github.com/open-meteo/open-meteo, August 2026) and of its documentation (https://open-meteo.com/en/docs).
 */
import type { UnitKind } from './unit-kinds.ts';

const HEIGHTS = [20, 30, 40, 50, 70, 80, 100, 120, 140, 150, 160, 180, 200];
const AIR_HEIGHTS = [20, 40, 50, 80, 100, 120, 150, 180, 200];
/** hPa */
const LEVELS = [
  1000, 975, 950, 925, 900, 850, 800, 750, 700, 650, 600, 550, 500, 450, 400, 350, 300, 275, 250, 225, 200, 175, 150,
  125, 100, 70, 50, 40, 30, 20, 15, 10,
];
/** cm */
const SOIL_DEPTHS = [0, 6, 18, 54, 162, 486, 1458];
const SOIL_LAYERS = [
  ...['0_to_1', '1_to_3', '3_to_9', '9_to_27', '27_to_81', '81_to_243', '243_to_729', '729_to_2187'],
  ...['0_to_7', '7_to_28', '28_to_100', '100_to_255', '0_to_100', '0_to_10', '10_to_40', '40_to_100', '100_to_200'],
  ...['10_to_35', '35_to_100', '100_to_300'],
];

const NAMES: Record<Exclude<UnitKind, 'instant' | 'radiationSum' | 'hours'>, readonly string[]> = {
  temperature: [
    ...[
      'dew_point_2m',
      'wet_bulb_temperature_2m',
      'surface_temperature',
      'skin_temperature',
      'sea_surface_temperature',
    ],
    ...['temperature_2m_min', 'temperature_2m_max'],
    ...AIR_HEIGHTS.map((height) => `temperature_${height}m`),
    ...LEVELS.flatMap((level) => [`temperature_${level}hPa`, `dew_point_${level}hPa`]),
    ...SOIL_DEPTHS.map((depth) => `soil_temperature_${depth}cm`),
    ...SOIL_LAYERS.map((layer) => `soil_temperature_${layer}cm`),
  ],
  speed: [
    ...['wind_gusts_10m', 'ocean_current_velocity'],
    ...HEIGHTS.map((height) => `wind_speed_${height}m`),
    ...LEVELS.map((level) => `wind_speed_${level}hPa`),
  ],
  direction: [
    'ocean_current_direction',
    ...HEIGHTS.map((height) => `wind_direction_${height}m`),
    ...LEVELS.map((level) => `wind_direction_${level}hPa`),
  ],
  percent: [
    ...[
      'relative_humidity_2m',
      'cloud_cover',
      'cloud_cover_low',
      'cloud_cover_mid',
      'cloud_cover_high',
      'cloud_cover_2m',
    ],
    ...['precipitation_probability', 'rain_probability', 'snowfall_probability', 'freezing_rain_probability'],
    ...['ice_pellets_probability', 'thunderstorm_probability', 'leaf_wetness_probability', 'albedo'],
    ...LEVELS.flatMap((level) => [`relative_humidity_${level}hPa`, `cloud_cover_${level}hPa`]),
  ],
  precipitation: [
    ...[
      'precipitation',
      'rain',
      'showers',
      'snowfall_water_equivalent',
      'snow_depth_water_equivalent',
      'runoff',
      'hail',
    ],
    ...['evapotranspiration', 'et0_fao_evapotranspiration', 'potential_evapotranspiration'],
  ],
  snowfall: ['snowfall'],
  length: [
    ...['snow_depth', 'snow_height', 'snowfall_height', 'freezing_level_height', 'visibility', 'boundary_layer_height'],
    ...['convective_cloud_base', 'convective_cloud_top', 'cloud_base', 'cloud_top', 'roughness_length'],
    ...['sea_level_height_msl', 'sea_ice_thickness'],
    ...LEVELS.map((level) => `geopotential_height_${level}hPa`),
  ],
  pressure: ['pressure_msl', 'surface_pressure'],
  vapourPressure: ['vapour_pressure_deficit'],
  soilMoisture: SOIL_LAYERS.map((layer) => `soil_moisture_${layer}cm`),
  radiation: [
    ...['shortwave_radiation', 'direct_radiation', 'diffuse_radiation', 'direct_normal_irradiance'],
    ...['global_tilted_irradiance', 'terrestrial_radiation', 'sensible_heat_flux', 'latent_heat_flux'],
  ].flatMap((name) => (name.endsWith('flux') ? [name] : [name, `${name}_instant`])),
  energy: ['cape', 'convective_inhibition', 'lightning_potential'],
  mass: ['total_column_integrated_water_vapour'],
  density: ['mass_density_8m', 'air_density_2m'],
  seconds: ['sunshine_duration'],
  verticalSpeed: ['updraft', ...LEVELS.map((level) => `vertical_velocity_${level}hPa`)],
  code: ['weather_code'],
  none: [
    ...['uv_index', 'uv_index_clear_sky', 'lifted_index', 'k_index', 'precipitation_type', 'lightning_density'],
    'growing_degree_days_base_0_limit_50',
  ],
};

/** The unit of each. */
export const ABSENT_HOURLY: ReadonlyMap<string, UnitKind> = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) => names.map((name): [string, UnitKind] => [name, kind as UnitKind])),
);
