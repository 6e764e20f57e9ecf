/** Sources by name: what they are, under which licence, how often they grow, and where. */

export interface Preset {
  name: string;
  title: string;
  licence: string;
  /** How often there is something new, and how soon. */
  cadence: string;
  /** An address that `resolveSources` understands. */
  url: string;
  /** What has to be given with it. */
  needs: string;
}

export const PRESETS: readonly Preset[] = [
  {
    name: 'noaa-isd',
    title: 'NOAA Integrated Surface Database, global-hourly: observations of 30,000 stations since 1901',
    licence:
      'US public domain; of stations outside the US for research, education and other non-commercial use (WMO resolution 40)',
    cadence: 'hourly reports, new ones daily',
    url: 'https://www.ncei.noaa.gov/data/global-hourly/access/{YYYY}/{id}.csv',
    needs: '--stations with ids of 11 digits (USAF and WBAN: 72530094846), --from, --to',
  },
  {
    name: 'noaa-isd-lite',
    title: 'NOAA ISD-Lite: the same, reduced to one report an hour',
    licence: 'as noaa-isd',
    cadence: 'hourly reports, new ones weekly',
    url: 'https://www.ncei.noaa.gov/pub/data/noaa/isd-lite/{YYYY}/{usaf}-{wban}-{YYYY}.gz',
    needs: '--stations with ids of 11 digits and positions, --from, --to',
  },
  {
    name: 'ndbc',
    title: 'NOAA National Data Buoy Center: standard meteorological data of buoys and coastal stations, through ERDDAP',
    licence: 'US public domain',
    cadence: 'every 10 to 60 minutes, within the hour',
    url: 'https://coastwatch.pfeg.noaa.gov/erddap/tabledap/cwwcNDBCMet',
    needs: '--from, --to; --stations for some of them',
  },
  {
    name: 'gfs',
    title: 'NCEP Global Forecast System at 0.25 degrees, the newest run, through the THREDDS server of Unidata',
    licence: 'US public domain; the server is for moderate use',
    cadence: 'a run every 6 hours, some 5 hours after its time',
    url: 'https://thredds.ucar.edu/thredds/catalog/grib/NCEP/GFS/Global_0p25deg/latest.xml',
    needs: '--stations, --from, --to',
  },
  {
    name: 'era5',
    title: 'ERA5 reanalysis at 0.25 degrees, hourly since 1940, as Zarr (ARCO-ERA5 in the cloud of Google)',
    licence: 'Copernicus licence (CC BY 4.0): "contains modified Copernicus Climate Change Service information"',
    cadence: 'hourly values, new ones monthly, some 3 months late',
    url: 'https://storage.googleapis.com/gcp-public-data-arco-era5/ar/full_37-1h-0p25deg-chunk-1.zarr-v3',
    needs: '--stations, --from, --to; each hour of each variable is a download of some 4 MB',
  },
];

export function presetOf(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}
