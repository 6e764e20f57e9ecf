/**
 * The models that Open-Meteo's forecast knows by name. Those that a run has not are answered with null, and why.
 * Source: the parameter `models` of its description (`openapi/forecast.yml`) and of its documentation, with the older names that it still takes.
 */
const NAMES = `
  ecmwf_ifs ecmwf_ifs04 ecmwf_ifs025 ecmwf_aifs025 ecmwf_aifs025_single cma_grapes_global bom_access_global
  gfs_seamless gfs_mix gfs_global gfs05 gfs025 gfs013 gfs_hrrr gfs_graphcast025
  ncep_seamless ncep_gfs_seamless ncep_gfs_global ncep_gfs025 ncep_gfs013 ncep_hrrr_conus ncep_hrrr_conus_15min ncep_nbm_conus
  ncep_nam_conus ncep_gfs_graphcast025 ncep_aigfs025 ncep_hgefs025_ensemble_mean
  jma_seamless jma_mix jma_msm jma_gsm kma_seamless kma_ldps kma_gdps
  icon_seamless icon_mix icon_global icon_eu icon_d2 dwd_icon_seamless dwd_icon_global dwd_icon dwd_icon_eu dwd_icon_d2
  dwd_icon_d2_15min
  gem_seamless gem_global gem_regional gem_hrdps_continental gem_hrdps_west
  cmc_gem_seamless cmc_gem_gdps cmc_gem_rdps cmc_gem_hrdps cmc_gem_hrdps_west
  meteofrance_seamless meteofrance_mix meteofrance_arpege_seamless meteofrance_arpege_world meteofrance_arpege_europe
  meteofrance_arome_seamless meteofrance_arome_france meteofrance_arome_france0025 meteofrance_arome_france_hd
  arpege_seamless arpege_world arpege_europe arome_seamless arome_france arome_france_hd
  arpae_cosmo_seamless arpae_cosmo_2i arpae_cosmo_2i_ruc arpae_cosmo_5m italia_meteo_arpae_icon_2i
  metno_seamless metno_nordic knmi_seamless knmi_harmonie_arome_europe knmi_harmonie_arome_netherlands
  dmi_seamless dmi_harmonie_arome_europe ukmo_seamless ukmo_global_deterministic_10km ukmo_uk_deterministic_2km
  meteoswiss_icon_seamless meteoswiss_icon_ch1 meteoswiss_icon_ch2 geosphere_seamless geosphere_arome_austria
  era5 era5_seamless era5_land era5_ensemble cerra ecmwf_ifs_analysis_long_window satellite_radiation_seamless
`;

export const OPEN_METEO_MODELS: ReadonlySet<string> = new Set(NAMES.trim().split(/\s+/));
