/** `GET /v1/models`: the models at hand, those of the newest run, with the identity of their weights, and what computes them. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { answer } from '../answer.ts';
import { type ApiContext, datasetName } from '../context.ts';
import { parseQuery, text } from '../query.ts';

const WEIGHTS_NAME = 'weights.safetensors';

interface ModelAnswer {
  id: string;
  name: string;
  kind: 'network' | 'baseline';
  /** Tells the exact weights; null for a model that has none. */
  weights_sha256: string | null;
  /** Null for a model that is not trained. */
  created_at: string | null;
  /** On what and how it was trained, as its artefact says. */
  training: unknown;
  in_latest_run: boolean;
}

const schema = z.strictObject({ dataset: text().optional() });

export function modelsRoute(context: ApiContext): RequestHandler {
  return async (request, response) => {
    const dataset = datasetName(context, parseQuery(schema, request).dataset);
    const latest = await context.runs.latest(dataset);
    const serving = latest === undefined ? [] : (await context.runs.describe(dataset, latest)).models;
    const stored = (await context.models.list()).filter(({ manifest }) => manifest.kind === 'forecaster');

    const models = stored.map(
      ({ manifest: { id, name, createdAt, files, training } }): ModelAnswer => ({
        id,
        name,
        kind: 'network',
        weights_sha256: files[WEIGHTS_NAME]?.sha256 ?? null,
        created_at: createdAt,
        training: training ?? null,
        in_latest_run: serving.some((model) => model.id === id),
      }),
    );
    for (const { id, name, kind, weightsSha256 } of serving) {
      if (models.some((model) => model.id === id)) continue;
      const known = { id, name, kind, weights_sha256: weightsSha256 };
      models.push({ ...known, created_at: null, training: null, in_latest_run: true });
    }
    const engine = context.status().engine ?? null;
    await answer(request, response, [context.version, dataset, models, engine], () => ({ dataset, engine, models }));
  };
}
