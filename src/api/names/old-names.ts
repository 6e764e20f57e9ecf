/**
 * Names that Open-Meteo gave its variables before 2023 and still answers, under the name that was asked for.
 * Source: https://open-meteo.com/en/docs, and the two spellings in its source (`VariableHourly.swift`, `VariableDaily.swift`).
 */
const RENAMED: readonly [old: RegExp, current: string][] = [
  [/^windspeed_/, 'wind_speed_'],
  [/^winddirection_/, 'wind_direction_'],
  [/^windgusts_/, 'wind_gusts_'],
  [/^weathercode$/, 'weather_code'],
  [/^relativehumidity_/, 'relative_humidity_'],
  [/^cloudcover(?=_|$)/, 'cloud_cover'],
  [/^dewpoint_/, 'dew_point_'],
  [/^freezinglevel_height$/, 'freezing_level_height'],
  [/^vapor_pressure_deficit/, 'vapour_pressure_deficit'],
  [/^surface_air_pressure$/, 'surface_pressure'],
  [/^(sensible|latent)_heatflux$/, '$1_heat_flux'],
  [/^soil_moisture_(\d+)_(\d+)cm$/, 'soil_moisture_$1_to_$2cm'],
];

/** The name of today, or undefined where the name is none of old. */
export function currentName(name: string): string | undefined {
  const rule = RENAMED.find(([old]) => old.test(name));
  return rule && name.replace(rule[0], rule[1]);
}

/** The parameters that were renamed with them. */
export const RENAMED_PARAMETERS: Readonly<Record<string, string>> = { windspeed_unit: 'wind_speed_unit' };
