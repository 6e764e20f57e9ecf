/** Tables of the Deutscher Wetterdienst: the Climate Data Center's observations, and the reports of the last day. */
import type { WrittenMapping } from '../mapping.ts';

const CDC = { station: 'STATIONS_ID', time: 'MESS_DATUM', missing: ['-999'], delimiter: ';' };
const OPEN_DATA = 'https://opendata.dwd.de/climate_environment/CDC/observations_germany/climate';

/** `produkt_tu_stunde_*.txt`, `produkt_ff_stunde_*.txt`. Positions stand in a list beside them: `--stations`. */
export const DWD_HOURLY: WrittenMapping = {
  title: 'DWD Climate Data Center, hourly: air temperature (TU), wind (FF)',
  source: `${OPEN_DATA}/hourly`,
  ...CDC,
  timePattern: 'yyyyMMddHH',
  variables: {
    temperature_2m: { column: 'TT_TU', unit: 'degC', optional: true },
    wind_speed_10m: { column: 'F', unit: 'm/s', optional: true },
    wind_direction_10m: { column: 'D', unit: 'degrees', optional: true },
  },
};

/** `produkt_zehn_min_tu_*.txt`, `produkt_zehn_min_ff_*.txt`. Until 1999 their clocks showed Central European Time. */
export const DWD_10_MINUTES: WrittenMapping = {
  title: 'DWD Climate Data Center, every 10 minutes: air temperature (TU), wind (FF)',
  source: `${OPEN_DATA}/10_minutes`,
  ...CDC,
  timePattern: 'yyyyMMddHHmm',
  timeZone: [{ until: '2000-01-01', zone: '+01:00' }, { zone: 'UTC' }],
  variables: {
    temperature_2m: { column: 'TT_10', unit: 'degC', optional: true },
    wind_speed_10m: { column: 'FF_10', unit: 'm/s', optional: true },
    wind_direction_10m: { column: 'DD_10', unit: 'degrees', optional: true },
  },
};

/** `10147-BEOB.csv`: three lines of heading (names, units, German titles), newest first, decimal commas. */
export const DWD_POI: WrittenMapping = {
  title: 'DWD weather reports (POI): the last day, hourly',
  source: 'https://opendata.dwd.de/weather/weather_reports/poi',
  station: { below: 'surface observations' },
  time: ['surface observations', 'Parameter description'],
  timePattern: 'dd.MM.yy HH:mm',
  variables: {
    temperature_2m: { column: 'dry_bulb_temperature_at_2_meter_above_ground', unit: 'degC', optional: true },
    wind_speed_10m: {
      column: 'mean_wind_speed_during last_10_min_at_10_meters_above_ground',
      unit: 'km/h',
      optional: true,
    },
    wind_direction_10m: {
      column: 'mean_wind_direction_during_last_10 min_at_10_meters_above_ground',
      unit: 'degrees',
      optional: true,
    },
  },
  missing: ['---'],
  skip: 2,
  decimal: ',',
  delimiter: ';',
  encoding: 'latin1',
};
