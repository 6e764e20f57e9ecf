/** From the words of a request to a run that exists. */
import { formatHour, type Hour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';
import type { Run } from '../store/runs.ts';
import { closest } from './closest.ts';
import { type ApiContext, datasetName, describeDataset, notReady } from './context.ts';
import { badParameter, blame } from './query.ts';

/**
 * The run at a time, or the newest.
 * @param parameter what errors call the run: `run` in a query, `init` in a path
 * @throws KernelcastError `NOT_FOUND`; `NOT_READY` when the service's own dataset has no run yet
 */
export async function resolveRun(
  context: ApiContext,
  given: string | undefined,
  time: Hour | 'latest',
  parameter: 'run' | 'init',
): Promise<Run> {
  const dataset = datasetName(context, given);
  const latest = await context.runs.latest(dataset);
  if (latest === undefined) {
    if (dataset === context.status().dataset) throw notReady(context, 'has no run yet');
    await describeDataset(context, given);
    throw new KernelcastError('NOT_FOUND', `the dataset '${dataset}' has no run yet`, {
      where: { parameter: 'dataset' },
      hint: 'Make one with `kernelcast forecast`.',
    });
  }
  return blame(parameter, context.runs.describe(dataset, time === 'latest' ? latest : time));
}

/** The models of a run that were asked for; its default one where none was. */
export function chooseModels(run: Run, given: readonly string[] | undefined, parameter: 'model' | 'models') {
  if (!given) return [run.models[0]];
  const ids = run.models.map(({ id }) => id);
  return given.map((id) => {
    const model = run.models.find((candidate) => candidate.id === id);
    if (model) return model;
    const meant = closest(id, ids);
    throw badParameter(
      parameter,
      `the run of ${formatHour(run.init)} has no model '${id.slice(0, 64)}'`,
      `${meant ? `Did you mean '${meant}'? ` : ''}Models of this run: ${ids.join(', ')}.`,
    );
  });
}
