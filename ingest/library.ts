/**
 * `kernelcast/ingest`: opens files of weather data of any format that Kernelcast reads, as hourly series at stations.
 *
 *     import { openStationSeries } from 'kernelcast/ingest';
 *
 *     const file = await openStationSeries('knmi30_hourly.nc');
 *     const series = await file.read(file.from, file.to);
 */

export { FLAG, type Series } from '../src/domain/series.ts';
export type { Station } from '../src/domain/station.ts';
export { formatHour, type Hour, parseHour } from '../src/domain/time.ts';
export { isKernelcastError, KernelcastError } from '../src/errors.ts';
export { ObservationStore } from '../src/store/observations/observations.ts';
export { describeFile, type FileDescription } from './describe-file.ts';
export { type Extract, type ExtractedRow, openExtract } from './extract.ts';
export { openStationSeries } from './hourly/station-series.ts';
export { type IngestOptions, type IngestReport, ingestFiles } from './ingest.ts';
export { type OpenOptions, openFile } from './opened/open-file.ts';
export type { OpenedFile } from './opened/opened-file.ts';
export { describeQuality, type QualityReport } from './quality/report.ts';
export { planSampling, type SamplingMethod } from './sampling/sampling-plan.ts';
export { parseStationList, readStationList } from './stations/station-list.ts';
