/**
 * Fits baselines to a span of observations: the harmonic climatology first, which all of them build on, then each method, then the
 * quantiles of its errors on the validation span.
 */
import type { Series } from '../../../src/domain/series.ts';
import { formatHour, type Hour } from '../../../src/domain/time.ts';
import { KernelcastError } from '../../../src/errors.ts';
import { FORECAST_VARIABLES, type ForecastModel, INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import type { NamedTensor } from '../../weights/safetensors.ts';
import { type FittedBaseline, openFitted } from './fitted-model.ts';
import { harmonicClimatology } from './harmonic-climatology.ts';
import { fitHarmonics, harmonicsShape } from './harmonics.ts';
import { type BaselineMethod, type FitInput, type FitSpan, tensor } from './method.ts';
import { fitResiduals } from './residual-quantiles.ts';

/** Less does not show the seasons. */
const FEWEST_TRAINING_HOURS = 365 * 24;

export type FittedWithChoice = FittedBaseline & { chosen: Record<string, unknown> };

/**
 * Fits a baseline; nothing at or after `validateTo` is looked at, and nothing from `to` on but to choose penalties and to
 * measure errors.
 * @throws KernelcastError `TOO_LITTLE_DATA` for less than a year to fit, or no window to validate on
 */
export async function fitBaseline(method: BaselineMethod, span: FitSpan): Promise<FittedWithChoice> {
  checkSpan(span);
  const input = withHarmonics(span);
  const { weights, chosen } = method.fit(input);
  const fitted = described(method, input, weights);
  const hasOwn = method === harmonicClimatology;
  if (!hasOwn) {
    const residuals = await fitResiduals(input, await method.open(fitted.weights, input.harmonics));
    return { ...fitted, weights: new Map([...fitted.weights, ...residuals]), chosen };
  }
  return { ...fitted, chosen };
}

/** The climatology of all hours before `from`, as the reference of an evaluation; none where they are less than a year. */
export async function fitReferenceClimatology(observations: Series, from: Hour): Promise<ForecastModel | undefined> {
  const to = Math.min(from, observations.from + observations.hours);
  if (to - observations.from < FEWEST_TRAINING_HOURS) return undefined;
  const input = withHarmonics({ observations, from: observations.from, to, validateTo: to });
  return openFitted(described(harmonicClimatology, input, harmonicClimatology.fit(input).weights));
}

function withHarmonics(span: FitSpan): FitInput {
  const variables = FORECAST_VARIABLES.filter((name) => span.observations.variables[name]);
  return { ...span, variables, harmonics: fitHarmonics(span, variables) };
}

function described(method: BaselineMethod, input: FitInput, own: ReadonlyMap<string, NamedTensor>): FittedBaseline {
  const { observations, variables, harmonics } = input;
  const shared = [...harmonics].map(([variable, values]) => {
    return [`${variable}.harmonics`, tensor(harmonicsShape(observations.stations.length), values)] as const;
  });
  return {
    method,
    id: method.id,
    name: method.name,
    weightsSha256: null,
    stations: observations.stations.map(({ id }) => id),
    variables,
    weights: new Map([...shared, ...own]),
  };
}

function checkSpan({ observations, from, to, validateTo }: FitSpan): void {
  const first = observations.from;
  const where = {
    data: `${formatHour(first)} to ${formatHour(first + observations.hours - 1)}`,
    fit: `${formatHour(from)} to ${formatHour(to)}`,
    validation: `${formatHour(to)} to ${formatHour(validateTo)}`,
  };
  if (from < first || to - from < FEWEST_TRAINING_HOURS) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'a baseline is fitted to a year of data at least', {
      where,
      hint: 'Give an earlier --from or a later --to, or ingest more data.',
    });
  }
  if (validateTo > first + observations.hours || validateTo - to < INPUT_HOURS + LEAD_HOURS) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'there is no window to validate on', {
      where,
      hint: 'The validation span begins at --to and needs 72 hours at least: give a later --validate-to.',
    });
  }
}
