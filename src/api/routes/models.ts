/**
 * `GET /v1/models`: the models at hand, those of the newest run, with the identity of their weights, and what computes them.
 * `GET /v1/models/{id}/updates`: when a model forecast last, and when the next run is due.
 */
import { z } from 'zod';
import { closest } from '../../domain/closest.ts';
import { formatHour } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import { Recent } from '../../store/recent.ts';
import { JSON_TYPE, jsonBytes } from '../answers/answers.ts';
import { resolveRun, validUntil } from '../answers/resolve-run.ts';
import { type ApiContext, datasetName } from '../context.ts';
import { text } from '../requests/parameters.ts';
import { parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { type ModelAnswer, modelsSchema, updatesSchema } from '../schemas/service.ts';
import { summarize } from '../scores/verification-summary.ts';

const WEIGHTS_NAME = 'weights.safetensors';
/** The runs that the scores of the list are of. */
const SCORED_RUNS = 24;
const SECONDS_PER_HOUR = 3600;

const schema = z.strictObject({ dataset: text().optional() });

type RecentScores = ReadonlyMap<string, ModelAnswer['scores']>;

export function modelsRoute({ context, answers, access }: Tools): Route {
  /** By the runs that they are of: the scores of a run never change. */
  const known = new Recent<RecentScores>(20);
  return {
    id: 'Models',
    path: '/v1/models',
    tag: 'models',
    summary: 'The models at hand, and those of the newest run',
    query: schema,
    answers: { [JSON_TYPE]: modelsSchema },
    get: async (request, response) => {
      access.identify(request);
      const dataset = datasetName(context, parseQuery(schema, request).dataset);
      const models = await listModels(context, dataset, known);
      const engine = context.status().engine ?? null;
      const make = async () => jsonBytes({ dataset, engine, models });
      await answers.send(request, response, { basis: ['models', dataset, models, engine], mediaType: JSON_TYPE, make });
    },
  };
}

/** Stored models that serve any stations. */
const UNIVERSAL_KINDS: ReadonlySet<string> = new Set(['forecaster', 'universal']);

async function listModels(context: ApiContext, dataset: string, known: Recent<RecentScores>): Promise<ModelAnswer[]> {
  const latest = await context.runs.latest(dataset);
  const serving = latest === undefined ? [] : (await context.runs.describe(dataset, latest)).models;
  const stored = (await context.models.list()).filter(({ manifest }) => UNIVERSAL_KINDS.has(manifest.kind));
  const scores = await recentScores(context, dataset, known);

  const models = stored.map(({ manifest }): ModelAnswer => {
    const { id, name, createdAt, files, training, architecture } = manifest;
    return {
      id,
      name,
      kind: 'network',
      weights_sha256: files[WEIGHTS_NAME]?.sha256 ?? null,
      created_at: createdAt,
      architecture: architecture ?? null,
      training: training ?? null,
      scores: scores.get(id) ?? null,
      in_latest_run: serving.some((model) => model.id === id),
    };
  });
  for (const { id, name, kind, weightsSha256 } of serving) {
    if (models.some((model) => model.id === id)) continue;
    const known = { id, name, kind, weights_sha256: weightsSha256, scores: scores.get(id) ?? null };
    models.push({ ...known, created_at: null, architecture: null, training: null, in_latest_run: true });
  }
  return models;
}

async function recentScores(
  { scores }: ApiContext,
  dataset: string,
  known: Recent<RecentScores>,
): Promise<RecentScores> {
  const inits = (await scores.list(dataset)).slice(-SCORED_RUNS);
  const key = `${dataset} ${inits.join()}`;
  const remembered = known.get(key);
  if (remembered) return remembered;
  const all = summarize(await Promise.all(inits.map((init) => scores.read(dataset, init))));
  const made = new Map(
    all.map(({ model, variables }) => [
      model,
      Object.fromEntries(
        Object.entries(variables).map(([name, { unit, mse, skill_persistence }]) => [
          name,
          { unit, mse, skill_persistence },
        ]),
      ),
    ]),
  );
  known.set(key, made);
  return made;
}

export function updatesRoute({ context, answers, access, freshness }: Tools): Route {
  return {
    id: 'ModelUpdates',
    path: '/v1/models/{id}/updates',
    tag: 'models',
    summary: 'When a model forecast last, and when the next run is due',
    query: schema,
    parameters: z.strictObject({ id: text() }),
    answers: { [JSON_TYPE]: updatesSchema },
    problems: [404, 503],
    get: async (request, response) => {
      access.identify(request);
      const { dataset: given } = parseQuery(schema, request);
      const id = String(request.params.id);
      const state = await freshness.state(datasetName(context, given));
      const resolved = await resolveRun(context, state, given, 'latest', 'run');
      const { run, interval } = resolved;
      const model = run.models.find((candidate) => candidate.id === id);
      if (!model) {
        const ids = run.models.map((candidate) => candidate.id);
        const meant = closest(id, ids);
        throw new KernelcastError('NOT_FOUND', `the newest run has no model '${id.slice(0, 64)}'`, {
          where: { parameter: 'id' },
          hint: `${meant ? `Did you mean '${meant}'? ` : ''}Models of this run: ${ids.join(', ')}.`,
        });
      }
      await answers.send(request, response, {
        basis: ['updates', id, resolved],
        dataset: run.dataset,
        state,
        mediaType: JSON_TYPE,
        make: async () =>
          jsonBytes({
            model: id,
            dataset: run.dataset,
            last_run_initialisation_time: formatHour(run.init),
            last_run_availability_time: run.createdAt,
            update_interval_hours: interval,
            next_run_expected: validUntil(resolved),
            temporal_resolution_seconds: SECONDS_PER_HOUR,
            lead_hours: run.leadHours,
          }),
      });
    },
  };
}
