/**
 * What a GRIB message is beside its parameter: a forecast, a member, the mean or the spread of an ensemble, a percentile, an error.
 * GRIB 2: product definition templates (code table 4.0), derived forecasts (4.7), generating processes (4.3); GRIB 1: the types of
 * ECMWF's local section.
 */

export const PRODUCT_KEYS = [
  'productDefinitionTemplateNumber',
  'derivedForecast',
  'percentileValue',
  'typeOfGeneratingProcess',
  'dataType',
  'perturbationNumber',
];

/** Templates at a point of time, and over a stretch of it. */
const MEMBERS = [1, 11, 41, 43, 45, 47, 56, 57, 58, 60, 61];
const DERIVED = [2, 3, 4, 12, 13, 14];
const PROBABILITIES = [5, 9];
const PERCENTILES = [6, 10];

const DERIVED_NAMES: Record<number, string> = {
  0: 'mean',
  1: 'weighted mean',
  2: 'spread',
  3: 'normalized spread',
  4: 'spread',
  5: 'anomaly index',
  6: 'cluster mean',
  7: 'interquartile range',
  8: 'minimum of members',
  9: 'maximum of members',
};

const GENERATING: Record<number, string> = {
  6: 'forecast error',
  7: 'analysis error',
  9: 'climatology',
  10: 'probability',
};

const TYPES: Record<string, string> = {
  em: 'mean',
  es: 'spread',
  ep: 'probability',
  pb: 'probability',
  pd: 'probability',
  ses: 'spread',
  ea: 'error',
  ef: 'error',
  cl: 'climatology',
  taem: 'anomaly of the mean',
  fcmean: 'mean over time',
  fcmax: 'maximum over time',
  fcmin: 'minimum over time',
  fcstdev: 'deviation over time',
  pf: 'member',
  cf: 'member',
};

/** Undefined for a forecast or an analysis by itself. */
export function productOf(told: Record<string, unknown>): string | undefined {
  const type = TYPES[String(told.dataType)];
  const template = Number(told.productDefinitionTemplateNumber);
  const derived = Number(told.derivedForecast);
  if (DERIVED.includes(template)) return DERIVED_NAMES[derived] ?? `derived forecast ${told.derivedForecast}`;
  if (PERCENTILES.includes(template)) return `percentile ${told.percentileValue}`;
  if (PROBABILITIES.includes(template)) return 'probability';
  const generating = GENERATING[Number(told.typeOfGeneratingProcess)];
  if (generating) return generating;
  return type ?? (MEMBERS.includes(template) ? 'member' : undefined);
}

/** Hours of a statistic over time, as they are told (`0-6`); sums grow from the start of a forecast, and are one quantity. */
export function statisticLength(stepType: string, range: string): string {
  const [from, to] = range.split('-').map(Number.parseFloat);
  return stepType === 'instant' || stepType === 'accum' || Number.isNaN(to ?? Number.NaN) ? '' : String(to - from);
}
