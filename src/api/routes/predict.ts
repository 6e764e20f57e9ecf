/** `POST /v1/predict`: two days of somebody's own station in, the next day out; made in a worker, one after the other. */
import { z } from 'zod';
import { isPlausible } from '../../domain/plausible.ts';
import { emptyVariable, FLAG, type Series } from '../../domain/series.ts';
import { formatHour, type Hour, parseHour } from '../../domain/time.ts';
import type { VariableName } from '../../domain/variables.ts';
import { windComponents } from '../../domain/wind.ts';
import { KernelcastError } from '../../errors.ts';
import { answerNow, JSON_TYPE } from '../answers/answers.ts';
import { hourlyBlock, type NullSpan } from '../answers/blocks.ts';
import { parseOwnQuantity } from '../answers/quantities.ts';
import { chooseModel } from '../answers/resolve-run.ts';
import { type UnitChoice, variableUnit } from '../answers/units.ts';
import { labelsOf, tableOf } from '../places/place-answer.ts';
import { zoneAt } from '../places/zone.ts';
import { PredictionQueue } from '../predictor.ts';
import { badParameter, parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { type PredictQuery, predictionSchema, predictSchema } from '../schemas/predict.ts';

/** Of an answer for which a network computes, beside one that is looked up. */
const WEIGHT = 100;
const OWN_STATION = 'own';
const ANSWERED = [
  'temperature_2m',
  'wind_speed_10m',
  'wind_direction_10m',
  'wind_u_component_10m',
  'wind_v_component_10m',
];

const noQuery = z.strictObject({});

export function predictRoute({ context, access, limits, metrics }: Tools): Route {
  const queue = new PredictionQueue();
  metrics.gauge('kernelcast_predictions_waiting', 'Predictions that wait for their turn', () => queue.waiting);
  return {
    id: 'Predict',
    path: '/v1/predict',
    tag: 'forecasts',
    summary: 'A forecast of your own station',
    description: 'Bring two to ten days of hourly values up to now, get the next day. Nothing of it is kept.',
    query: noQuery,
    body: predictSchema,
    answers: { [JSON_TYPE]: predictionSchema },
    problems: [413, 415, 503],
    post: async (request, response) => {
      const client = access.identify(request);
      parseQuery(noQuery, request);
      const query = parsePrediction(request.body);
      const predictor = context.predictor?.();
      if (!predictor) {
        throw new KernelcastError('NOT_READY', 'no model is open in this process', {
          hint: 'The service may still be preparing (/v1/status), or another process forecasts.',
        });
      }
      const model = chooseModel(predictor.models, query.model, 'model');
      const units = { temperature: query.temperature_unit, windSpeed: query.wind_speed_unit };
      const observations = seriesOf(query, units);
      await limits.charge(client, WEIGHT, 'body');

      const init = observations.from + observations.hours - 1;
      const forecast = await queue.add(() => predictor.predict({ model: model.id, observations, init }));
      const nulls: NullSpan[] = [];
      const recipe = {
        station: OWN_STATION,
        point: query,
        models: [{ suffix: '', sources: { init, forecast } }],
        units,
        timeFormat: 'iso8601' as const,
        zone: zoneAt('GMT', query, init),
      };
      const asked = ANSWERED.map((name) => parseOwnQuantity(name)!);
      const block = hourlyBlock(recipe, asked, { from: init + 1, to: init + 1 + forecast.hours }, nulls);
      const { latitude, longitude, elevation } = query;
      answerNow(response, {
        latitude,
        longitude,
        elevation,
        generated_at: new Date(context.clock.now()).toISOString(),
        init: formatHour(init),
        model: model.id,
        weights_sha256: model.weightsSha256,
        hourly_units: { time: 'iso8601', ...labelsOf(block.columns) },
        hourly: tableOf(block),
        ...(nulls.length > 0 && { nulls }),
      });
    },
  };
}

function parsePrediction(body: unknown): PredictQuery {
  if (typeof body === 'string') throw badParameter('body', 'the body is a form', 'Send application/json.');
  const parsed = predictSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...keys].join('.').slice(0, 64);
  const given = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | null)?.[key], body);
  const isMissing = given === undefined && issue.path.length > 0;
  throw badParameter(path || 'body', isMissing ? `${path} is missing` : `${path || 'the body'}: ${issue.message}`);
}

/** @throws KernelcastError `USAGE` where the lists do not fit together */
function seriesOf({ latitude, longitude, elevation, hourly }: PredictQuery, units: UnitChoice): Series {
  const from = readTimes(hourly.time);
  const hours = hourly.time.length;
  const stations = [{ id: OWN_STATION, name: '', country: '', latitude, longitude, elevation }];
  const series: Series = { stations, from, hours, variables: {} };
  const { time, ...given } = hourly;
  for (const [name, values] of Object.entries(given)) {
    if (values.length !== hours) {
      throw badParameter(`hourly.${name}`, `hourly.${name} has ${values.length} values, hourly.time has ${hours}`);
    }
    const { scale, offset } = variableUnit(name as VariableName, units);
    setValues(series, name as VariableName, (hour) => {
      const value = values[hour];
      if (value === null) return Number.NaN;
      const inOurs = (value - offset) / scale;
      if (isPlausible(name as VariableName, inOurs)) return inOurs;
      throw badParameter(
        `hourly.${name}`,
        `hourly.${name}[${hour}] is ${value}, which no weather has in this unit`,
        'Send null where nothing was observed, and check temperature_unit and wind_speed_unit.',
      );
    });
  }
  completeWind(series);
  if (Object.keys(series.variables).length > 0) return series;
  throw badParameter('hourly', 'hourly has no variable beside time', 'Send temperature_2m, the wind, or both.');
}

/** The network reads the wind's components and its speed; each follows from the other. */
function completeWind(series: Series): void {
  const of = (name: VariableName) => series.variables[name]?.values;
  const [u, v] = [of('wind_u_component_10m'), of('wind_v_component_10m')];
  const [speed, direction] = [of('wind_speed_10m'), of('wind_direction_10m')];
  if (!(u && v) && speed && direction) {
    setValues(series, 'wind_u_component_10m', (hour) => windComponents(speed[hour], direction[hour]).u);
    setValues(series, 'wind_v_component_10m', (hour) => windComponents(speed[hour], direction[hour]).v);
  }
  if (u && v && !speed) setValues(series, 'wind_speed_10m', (hour) => Math.hypot(u[hour], v[hour]));
}

function setValues(series: Series, name: VariableName, valueAt: (hour: number) => number): void {
  const variable = emptyVariable(series.hours, 1);
  for (let hour = 0; hour < series.hours; hour++) {
    const value = valueAt(hour);
    if (Number.isNaN(value)) continue;
    variable.values[hour] = value;
    variable.flags[hour] = FLAG.OBSERVED;
  }
  series.variables[name] = variable;
}

function readTimes(times: readonly string[]): Hour {
  let from = 0;
  for (const [index, text] of times.entries()) {
    let hour: Hour;
    try {
      hour = parseHour(text);
    } catch {
      throw badParameter('hourly.time', `hourly.time[${index}] is '${text}', not a whole hour like 2024-03-01T06:00`);
    }
    if (index === 0) from = hour;
    if (hour !== from + index) {
      throw badParameter('hourly.time', `hourly.time[${index}] is not the hour after the one before it`);
    }
  }
  return from;
}
