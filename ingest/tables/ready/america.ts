/** Tables of North America: the Iowa Environmental Mesonet, NOAA's GHCNh and Aviation Weather Center, Environment Canada. */
import type { WrittenMapping } from '../mapping.ts';

/** The download of ASOS and METAR reports; in its debug form the first lines tell the zone of the times. */
export const IEM_ASOS: WrittenMapping = {
  title: 'Iowa Environmental Mesonet, ASOS, AWOS and METAR download (comma or tab)',
  source: 'https://mesonet.agron.iastate.edu/request/download.phtml',
  station: 'station',
  time: 'valid',
  timeZoneLine: '^#DEBUG: Time Zone\\s*->\\s*(\\S+)',
  latitude: 'lat',
  longitude: 'lon',
  elevation: 'elevation',
  variables: {
    temperature_2m: { column: 'tmpf', unit: 'degF', optional: true },
    wind_speed_10m: { column: 'sknt', unit: 'kt', optional: true },
    wind_direction_10m: { column: 'drct', unit: 'degrees', optional: true },
  },
  missing: ['M', 'T', 'null'],
};

/**
 * Codes of quality that are good, after the documentation of GHCNh 1.1.0, table 3: of the older archives 0, 1, 4, 5 and 9 passed, A was doubted
 * and accepted, and I, M, P, R and U were mended by a validator; 2, 3, 6, 7 and all small letters failed a check. No code, no failure.
 */
const GHCNH_GOOD = ['', '0', '1', '4', '5', '9', 'A', 'I', 'M', 'P', 'R', 'U'];
const ghcnh = (column: string, unit: string) => ({
  column,
  unit,
  quality: { column: `${column}_Quality_Code`, good: GHCNH_GOOD },
  optional: true,
});

/** The files by station, by year and by month; with the older heading (Station_ID, DATE) and the newer. */
export const GHCNH: readonly WrittenMapping[] = [
  ['STATION', 'DATE', 'LATITUDE', 'LONGITUDE', 'ELEVATION', 'Station_name'],
  ['Station_ID', 'DATE', 'Latitude', 'Longitude', 'Elevation', 'Station_name'],
].map(([station, time, latitude, longitude, elevation, name]) => ({
  title: 'NOAA Global Historical Climatology Network hourly (GHCNh), .psv',
  source: 'https://www.ncei.noaa.gov/products/global-historical-climatology-network-hourly',
  station,
  time,
  latitude,
  longitude,
  elevation,
  name,
  variables: {
    temperature_2m: ghcnh('temperature', 'degC'),
    wind_speed_10m: ghcnh('wind_speed', 'm/s'),
    wind_direction_10m: { ...ghcnh('wind_direction', 'degrees'), missing: ['999'] },
  },
  delimiter: '|',
}));

/** `metars.cache.csv`: a direction of 0 with a wind is one that varies. */
export const AWC_METAR: WrittenMapping = {
  title: 'Aviation Weather Center, METAR cache',
  source: 'https://aviationweather.gov/data/api/',
  station: 'station_id',
  time: 'observation_time',
  latitude: 'latitude',
  longitude: 'longitude',
  elevation: 'elevation_m',
  variables: {
    temperature_2m: { column: 'temp_c', unit: 'degC', optional: true },
    wind_speed_10m: { column: 'wind_speed_kt', unit: 'kt', optional: true },
    wind_direction_10m: { column: 'wind_dir_degrees', unit: 'degrees', optional: true },
  },
};

const CANADA = {
  title: 'Environment and Climate Change Canada, historical data, hourly CSV',
  source: 'https://climate.weather.gc.ca/historical_data/search_historic_data_e.html',
  station: 'Climate ID',
  latitude: 'Latitude (y)',
  longitude: 'Longitude (x)',
  name: 'Station Name',
};
/** Flags: M is missing, E estimated (which is no observation), NA not available. */
const canada = (column: string, flag: string, unit: string) => ({
  column,
  unit,
  quality: { column: flag, bad: ['M', 'E', 'NA', 'N'] },
});

/** Times are Local Standard Time, and the file does not say of which zone. */
export const ENVIRONMENT_CANADA: readonly WrittenMapping[] = [
  ['Date/Time (LST)', 'Temp (°C)'],
  ['Date/Time (UTC)', 'Temp (°C)'],
  ['Date/Time', 'Temp (°C)'],
].map(([time, temperature]) => ({
  ...CANADA,
  time,
  ...(time.includes('UTC')
    ? {}
    : { askTimeZone: 'its times are local standard time, all year, and it does not say of which zone' }),
  variables: {
    temperature_2m: canada(temperature, 'Temp Flag', 'degC'),
    wind_speed_10m: canada('Wind Spd (km/h)', 'Wind Spd Flag', 'km/h'),
    wind_direction_10m: canada('Wind Dir (10s deg)', 'Wind Dir Flag', '10 degrees'),
  },
}));
