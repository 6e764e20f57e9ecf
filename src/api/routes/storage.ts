/** `GET /v1/storage`: what lies on the disk, where it came from, and how much room there is. */
import { z } from 'zod';
import { formatHour, type Hour } from '../../domain/time.ts';
import { isKernelcastError } from '../../errors.ts';
import { answerNow, JSON_TYPE } from '../answers/answers.ts';
import type { ApiContext } from '../context.ts';
import { parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { storageSchema } from '../schemas/operation.ts';

const SOURCES = 10;
const schema = z.strictObject({});

export function storageRoute({ context }: Tools): Route {
  return {
    id: 'Storage',
    path: '/v1/storage',
    tag: 'service',
    summary: 'What lies on the disk, and where it came from',
    query: schema,
    answers: { [JSON_TYPE]: storageSchema },
    isAdmin: true,
    get: async (request, response) => {
      parseQuery(schema, request);
      const datasets = [];
      for (const name of await context.observations.list()) {
        const inits = await context.runs.list(name);
        datasets.push(await describe(context, name, inits));
      }
      const models = (await context.models.list()).map(({ manifest }) =>
        Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0),
      );
      const disk = await context.operation?.disk();
      answerNow(response, {
        datasets: datasets.filter((dataset) => dataset !== undefined),
        models: { count: models.length, bytes: models.reduce((sum, bytes) => sum + bytes, 0) },
        disk: disk ? { free_bytes: disk.free, total_bytes: disk.total } : null,
      });
    },
  };
}

/** Undefined for a dataset that is damaged: the others are still worth telling. */
async function describe({ observations, runs, scores, log }: ApiContext, dataset: string, inits: readonly Hour[]) {
  try {
    const { to, updatedAt, sources } = await observations.describe(dataset);
    // One that is tidied away meanwhile, or is damaged, counts for nothing.
    const sizes = await Promise.all(inits.map((init) => runs.size(dataset, init).catch(() => 0)));
    const scored = await scores.list(dataset);
    return {
      dataset,
      to: formatHour(to),
      updated_at: updatedAt,
      sources: sources.slice(-SOURCES),
      observations: { bytes: await observations.size(dataset) },
      runs: { count: inits.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0), ...ends(inits) },
      scores: { count: scored.length, ...ends(scored) },
    };
  } catch (error) {
    if (!isKernelcastError(error)) throw error;
    log.error({ err: error, dataset }, 'a dataset cannot be described');
    return undefined;
  }
}

function ends(hours: readonly Hour[]): { oldest: string | null; newest: string | null } {
  if (hours.length === 0) return { oldest: null, newest: null };
  return { oldest: formatHour(hours[0]), newest: formatHour(hours[hours.length - 1]) };
}
