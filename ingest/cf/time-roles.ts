/**
 * What a coordinate of time tells: the time that values are valid at, the time that a forecast was made from, or the step between the
 * two. Standard names say so; where there are none, the words that producers use; else nothing does.
 */
import { type DataVariable, isText, textAttribute } from '../formats/data-file.ts';
import { durationUnit, isTimeUnits } from './time-units.ts';

/** `unsaid`: a time, but not which. */
export type TimeRole = 'valid' | 'reference' | 'unsaid';

const REFERENCE_NAMES =
  /^(forecast_)?(reference_?time|ref_?time\d*|init(ial|iali[sz]ation)?(_?(time|date)\d*)?(_hours)?|base_?time|run(_?(time|date))?|issue_?time|cycle(_?time)?|analysis_?time|start_?time)\d*$/i;
const REFERENCE_WORDS =
  /\b(initial(i[sz]ation)? (time|date)|(forecast|model) (start|reference|base|issue|run|initial\w*)( time)?|reference (time|date)|base time|issue time|run time|analysis time|init\w* time)\b/i;
const VALID_NAMES = /^valid(ity)?_?(time|date)?\d*$/i;
const VALID_WORDS = /\b(valid(ity)? (time|date)|(time|date) of validity)\b/i;
const LEAD_NAMES =
  /^(step|lead(_?time)?|forecast_?(period|hour|lead|step|lead_?time|time)|fhour|fxx|fh|tau|prediction_timedelta|time_?offset|timedelta|leadtime)(\d*)?$/i;

function wordsOf({ name, attributes }: DataVariable): { name: string; standard: string; long: string } {
  return {
    name,
    standard: textAttribute(attributes, 'standard_name') ?? '',
    long: textAttribute(attributes, 'long_name') ?? '',
  };
}

/** Undefined for what is no time. */
export function timeRoleOf(variable: DataVariable): TimeRole | undefined {
  if (isText(variable) || !isTimeUnits(textAttribute(variable.attributes, 'units'))) return undefined;
  const { name, standard, long } = wordsOf(variable);
  if (standard === 'forecast_reference_time') return 'reference';
  // "time since forecast_reference_time" is said of steps, which have no such units.
  if (REFERENCE_NAMES.test(name) || REFERENCE_WORDS.test(long.replaceAll('_', ' '))) return 'reference';
  if (standard === 'time' || VALID_NAMES.test(name) || VALID_WORDS.test(long)) return 'valid';
  return 'unsaid';
}

/** Whether a variable is the step of a forecast, in a unit of time. */
export function isLead(variable: DataVariable): boolean {
  if (isText(variable) || durationUnit(textAttribute(variable.attributes, 'units')) === undefined) return false;
  const { name, standard } = wordsOf(variable);
  return standard === 'forecast_period' || (standard === '' && LEAD_NAMES.test(name));
}

const MEMBER_NAMES =
  /^(number|realization|realisation|members?|ens(emble)?(_?(member|id|number))?s?|nens|mem|perturbation(_?number)?)\d*$/i;
const PERCENTILE_NAMES = /^(percentiles?|quantiles?)$/i;

/** Whether values along a dimension are those of the members of an ensemble. */
export function isMemberDimension(dimension: string, coordinate: DataVariable | undefined): boolean {
  const standard = textAttribute(coordinate?.attributes ?? new Map(), 'standard_name') ?? '';
  return standard === 'realization' || MEMBER_NAMES.test(dimension);
}

export function isPercentile(name: string, coordinate: DataVariable | undefined): boolean {
  const standard = textAttribute(coordinate?.attributes ?? new Map(), 'standard_name') ?? '';
  return PERCENTILE_NAMES.test(name) || PERCENTILE_NAMES.test(standard);
}
