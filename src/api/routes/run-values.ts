/** `GET /v1/runs/{init}/values`: one model of a run at all stations, in degrees Celsius and metres per second; for maps. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { formatHour } from '../../domain/time.ts';
import { answer } from '../answer.ts';
import type { ApiContext } from '../context.ts';
import { badParameter, hourOrLatest, parseQuery, quantities, text } from '../query.ts';
import { chooseModels, resolveRun } from '../resolve-run.ts';
import { INTERNAL_UNITS, unitLabels } from '../units.ts';
import { defaultQuantities, stationRows } from '../values.ts';

const schema = z.strictObject({
  dataset: text().optional(),
  model: text().optional(),
  hourly: quantities().optional(),
});

export function runValuesRoute(context: ApiContext): RequestHandler<{ init: string }> {
  return async (request, response) => {
    const { dataset, model: given, hourly } = parseQuery(schema, request);
    const time = hourOrLatest().safeParse(request.params.init);
    if (!time.success) throw badParameter('init', `the time of the run ${time.error.issues[0].message}`);
    const run = await resolveRun(context, dataset, time.data, 'init');
    const [model] = chooseModels(run, given === undefined ? undefined : [given], 'model');

    await answer(request, response, [context.version, run], async () => {
      const series = await context.runs.read(run.dataset, run.init, model.id);
      const asked = hourly ?? defaultQuantities(series);
      return {
        dataset: run.dataset,
        init: formatHour(run.init),
        model: model.id,
        stations: series.stations.map(({ id }) => id),
        time: Array.from({ length: series.hours }, (_, t) => formatHour(series.from + t)),
        hourly_units: { time: 'iso8601', ...unitLabels(asked, INTERNAL_UNITS) },
        hourly: Object.fromEntries(asked.map((each) => [each.name, stationRows(series, each, INTERNAL_UNITS)])),
      };
    });
  };
}
