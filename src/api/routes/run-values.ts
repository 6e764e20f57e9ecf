/** `GET /v1/runs/{init}/values`: one model of a run at all stations, in degrees Celsius and metres per second; for maps. */
import { z } from 'zod';
import { formatHour } from '../../domain/time.ts';
import { JSON_TYPE, jsonBytes } from '../answers/answers.ts';
import { lifetimeOf } from '../answers/expiry.ts';
import { chooseModels, resolveRun, validUntil } from '../answers/resolve-run.ts';
import { INTERNAL_UNITS, unitLabels } from '../answers/units.ts';
import { defaultQuantities, stationRows } from '../answers/values.ts';
import { hourOrLatest, ownQuantities, text } from '../requests/parameters.ts';
import { badParameter, parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { runValuesSchema } from '../schemas/service.ts';

const schema = z.strictObject({
  dataset: text().optional(),
  model: text().optional().describe("one of the run's; its first where it is not given"),
  hourly: ownQuantities().optional(),
});
const parameters = z.strictObject({ init: hourOrLatest().describe('the initialisation time of the run') });

export function runValuesRoute({ context, answers, access, limits, freshness }: Tools): Route {
  return {
    id: 'RunValues',
    path: '/v1/runs/{init}/values',
    tag: 'runs',
    summary: 'One model of a run at all stations',
    query: schema,
    parameters,
    answers: { [JSON_TYPE]: runValuesSchema },
    problems: [404, 503],
    get: async (request, response) => {
      const client = access.identify(request);
      const query = parseQuery(schema, request);
      const time = parameters.safeParse({ init: request.params.init });
      if (!time.success) throw badParameter('init', `the time of the run ${time.error.issues[0].message}`);
      const state = await freshness.state(query.dataset ?? context.status().dataset);
      const resolved = await resolveRun(context, state, query.dataset, time.data.init, 'init');
      const { run, nextDue } = resolved;
      const [model] = chooseModels(run, query.model === undefined ? undefined : [query.model], 'model');
      const isFixed = time.data.init !== 'latest' && query.dataset !== undefined;

      await answers.send(request, response, {
        basis: ['values', query, run, nextDue],
        dataset: run.dataset,
        state,
        mediaType: JSON_TYPE,
        lastModified: run.createdAt,
        ...lifetimeOf(resolved, { now: context.clock.now(), isFixed }),
        make: async () => {
          const series = await (await state.run(run.init)).read(model.id);
          const asked = query.hourly ?? defaultQuantities(series);
          const days = Math.ceil(run.leadHours / 24);
          await limits.charge(client, series.stations.length * days * Math.max(1, asked.length), 'hourly');
          return jsonBytes({
            dataset: run.dataset,
            init: formatHour(run.init),
            generated_at: run.createdAt,
            valid_until: validUntil(resolved),
            model: model.id,
            weights_sha256: model.weightsSha256,
            stations: series.stations.map(({ id }) => id),
            time: Array.from({ length: series.hours }, (_, t) => formatHour(series.from + t)),
            hourly_units: { time: 'iso8601', ...unitLabels(asked, INTERNAL_UNITS) },
            hourly: Object.fromEntries(asked.map((each) => [each.name, stationRows(series, each, INTERNAL_UNITS)])),
          });
        },
      });
    },
  };
}
