/** `GET /v1/models/{id}/training`: how the training of a model went, from the log that its artefact keeps. */
import { z } from 'zod';
import { KernelcastError } from '../../errors.ts';
import { JSON_TYPE, jsonBytes } from '../answers/answers.ts';
import { text } from '../requests/parameters.ts';
import { blame, parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { trainingSchema } from '../schemas/operation.ts';

const LOG_NAME = 'training.jsonl';
/** Points of the curve; a longer log is thinned, validations are kept. */
const MOST_POINTS = 400;

const schema = z.strictObject({});
const parameters = z.strictObject({ id: text() });
const lineSchema = z.object({
  step: z.int().nonnegative(),
  loss: z.number().nullish(),
  validation: z.record(z.string(), z.number().nullable()).nullish(),
  isBest: z.boolean().optional(),
});
type Line = z.infer<typeof lineSchema>;

export function trainingRoute({ context, answers, access }: Tools): Route {
  return {
    id: 'ModelTraining',
    path: '/v1/models/{id}/training',
    tag: 'models',
    summary: 'How the training of a model went',
    query: schema,
    parameters,
    answers: { [JSON_TYPE]: trainingSchema },
    problems: [404, 503],
    get: async (request, response) => {
      access.identify(request);
      parseQuery(schema, request);
      const model = await blame('id', context.models.find(String(request.params.id)));
      const { id, files } = model.manifest;
      const entry = files[LOG_NAME];
      if (!entry) {
        throw new KernelcastError('NOT_FOUND', `the model '${id}' came without the log of its training`, {
          where: { parameter: 'id' },
          hint: 'Models that `kernelcast train` publishes keep theirs.',
        });
      }
      const make = async () => jsonBytes({ model: id, ...curve(readLines(await model.read(LOG_NAME))) });
      await answers.send(request, response, { basis: ['training', id, entry.sha256], mediaType: JSON_TYPE, make });
    },
  };
}

/** Lines that do not read as a report are passed over: a log is for people. */
function readLines(bytes: Uint8Array): Line[] {
  return Buffer.from(bytes)
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [lineSchema.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}

function curve(lines: readonly Line[]) {
  const every = Math.ceil(lines.length / MOST_POINTS);
  const kept = lines.filter(({ validation }, index) => validation || index % every === 0);
  return {
    best_step: lines.findLast(({ isBest }) => isBest)?.step ?? null,
    steps: kept.map(({ step }) => step),
    loss: kept.map(({ loss }) => loss ?? null),
    validation: kept.map(({ validation }) => validation ?? null),
  };
}
