/** Tables of everywhere: KNMI, Meteostat, ERA5 at a point, Home Assistant. */
import type { WrittenMapping } from '../mapping.ts';

/** Hours are 1 to 24, values tenths; 0 is calm and 990 a wind that varies. With or without a `#` before the heading and the stations. */
export const KNMI: WrittenMapping = {
  title: 'KNMI, hourly observations of the Netherlands (uurgegevens)',
  source: 'https://www.knmi.nl/nederland-nu/klimatologie/uurgegevens',
  station: '# STN',
  time: ['YYYYMMDD', 'HH'],
  timePattern: 'yyyyMMdd H',
  stationLines:
    '^#?\\s*(?<id>\\d{3}):?\\s+(?<longitude>-?\\d+\\.\\d+)\\s+(?<latitude>-?\\d+\\.\\d+)\\s+(?<elevation>-?\\d+(?:\\.\\d+)?)\\s+(?<name>\\S.*)$',
  variables: {
    temperature_2m: { column: 'T', unit: '0.1 degC', optional: true },
    wind_speed_10m: { column: 'FF', unit: '0.1 m/s', optional: true },
    wind_direction_10m: { column: 'DD', unit: 'degrees', optional: true },
  },
};

const METEOSTAT_COLUMNS = [
  ...['date', 'hour', 'temp', 'dwpt', 'rhum', 'prcp', 'snow', 'wdir', 'wspd', 'wpgt', 'pres', 'tsun', 'coco'],
];
const meteostat = (optional: boolean) => ({
  temperature_2m: { column: 'temp', unit: 'degC', optional },
  wind_speed_10m: { column: 'wspd', unit: 'km/h', optional },
  wind_direction_10m: { column: 'wdir', unit: 'degrees', zero: 'north' as const, optional },
});
const METEOSTAT_FILE = { fileName: '(?:^|[^A-Z0-9])([A-Z0-9]{5})(?=[^A-Z0-9]|$)' };

/** The yearly dumps with a heading, what the Python library writes, and the older dumps without a heading. */
export const METEOSTAT: readonly WrittenMapping[] = [
  {
    title: 'Meteostat, hourly dumps (by station and year)',
    source: 'https://dev.meteostat.net/data/timeseries/hourly',
    station: METEOSTAT_FILE,
    time: ['year', 'month', 'day', 'hour'],
    timePattern: 'yyyy M d H',
    variables: meteostat(true),
  },
  {
    title: 'Meteostat, CSV of the Python library, a station a file',
    source: 'https://dev.meteostat.net/python/',
    station: METEOSTAT_FILE,
    time: 'time',
    variables: { ...meteostat(true), temperature_2m: meteostat(false).temperature_2m },
  },
  {
    title: 'Meteostat, hourly dumps without a heading (until 2025)',
    source: 'https://dev.meteostat.net/bulk/hourly',
    station: METEOSTAT_FILE,
    time: ['date', 'hour'],
    timePattern: 'yyyy-MM-dd H',
    variables: meteostat(false),
    columns: METEOSTAT_COLUMNS,
  },
];

/** `reanalysis-era5-single-levels-timeseries` as CSV: each file is one point of the grid. */
export const ERA5_POINT: WrittenMapping = {
  title: 'ERA5 hourly time series at a point, CSV of the Copernicus Climate Data Store',
  source: 'https://cds.climate.copernicus.eu/datasets/reanalysis-era5-single-levels-timeseries',
  station: { position: true },
  time: 'valid_time',
  latitude: 'latitude',
  longitude: 'longitude',
  variables: {
    temperature_2m: { column: 't2m', unit: 'K', optional: true },
    wind_u_component_10m: { column: 'u10', unit: 'm/s', optional: true },
    wind_v_component_10m: { column: 'v10', unit: 'm/s', optional: true },
  },
};

/** History, "download data": which entity is what, and in which unit, only its owner knows (`--map`, `--unit`). */
export const HOME_ASSISTANT: WrittenMapping = {
  title: 'Home Assistant, download of the history: one row a value',
  source: 'https://www.home-assistant.io/integrations/history/',
  station: { constant: 'home' },
  time: 'last_changed',
  long: { variable: 'entity_id', value: 'state' },
  variables: {},
  missing: ['unavailable', 'unknown'],
};
