/** From the words of a request to a run that exists. */

import { closest } from '../../domain/closest.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import type { Run, RunModel } from '../../store/runs/runs.ts';
import { type ApiContext, datasetName, describeDataset, notReady } from '../context.ts';
import { OPEN_METEO_MODELS } from '../names/models.ts';
import { badParameter, blame } from '../requests/query.ts';
import type { DatasetState } from './dataset-state.ts';

export interface ResolvedRun {
  run: Run;
  isLatest: boolean;
  /** Hours from the run before it; 1 where there is none. */
  interval: number;
  /** The service's time, ms, when the next run is due; undefined where the run does not say when it was made. */
  nextDue: number | undefined;
}

/**
 * The run at a time, or the newest.
 * @param state of the dataset that is given, or of the service's own
 * @param parameter what errors call the run: `run` in a query, `init` in a path
 * @throws KernelcastError `NOT_FOUND`; `NOT_READY` when the service's own dataset has no run yet
 */
export async function resolveRun(
  context: ApiContext,
  state: DatasetState,
  given: string | undefined,
  time: Hour | 'latest',
  parameter: 'run' | 'init',
): Promise<ResolvedRun> {
  const dataset = datasetName(context, given);
  const inits = await state.inits();
  const latest = inits.at(-1);
  if (latest === undefined) {
    if (dataset === context.status().dataset) throw notReady(context, 'has no run yet');
    await describeDataset(context, given);
    throw new KernelcastError('NOT_FOUND', `the dataset '${dataset}' has no run yet`, {
      where: { parameter: 'dataset' },
      hint: 'Make one with `kernelcast forecast`.',
    });
  }
  const init = time === 'latest' ? latest : time;
  const { run } = await blame(parameter, state.run(init));
  const interval = runInterval(inits, init);
  const created = Date.parse(run.createdAt);
  const nextDue = Number.isNaN(created) ? undefined : created + interval * MILLISECONDS_PER_HOUR;
  return { run, isLatest: init === latest, interval, nextDue };
}

/** Hours between a run and the one before it; 1 where there is none. @param inits ascending */
export function runInterval(inits: readonly Hour[], init: Hour): number {
  const before = inits[inits.indexOf(init) - 1];
  return before === undefined ? 1 : init - before;
}

/** The same as answers tell it. */
export function validUntil({ nextDue }: ResolvedRun): string | null {
  return nextDue === undefined ? null : new Date(nextDue).toISOString();
}

/** The models of a run that were asked for, each once; its default one where none was. `best_match` is Open-Meteo's word for that. */
export function chooseModels(run: Run, given: readonly string[] | undefined, parameter: 'model' | 'models') {
  const chosen = given ? given.map((id) => chooseModel(run.models, id, parameter)) : [run.models[0]];
  return [...new Set(chosen)];
}

/** A model of an answer: one of the run, or one of Open-Meteo's that the run has not. */
export interface AnswerModel {
  id: string;
  weightsSha256: string | null;
  isForeign: boolean;
}

/** The same for a forecast, which knows the names of Open-Meteo's models too. */
export function answerModels(run: Run, given: readonly string[] | undefined): AnswerModel[] {
  const own = new Set(run.models.map(({ id }) => id));
  const isForeign = (id: string) => !own.has(id) && OPEN_METEO_MODELS.has(id);
  const chosen = (given && given.length > 0 ? given : ['best_match']).map((id): AnswerModel => {
    if (isForeign(id)) return { id, weightsSha256: null, isForeign: true };
    const model = chooseModel(run.models, id, 'models');
    return { id: model.id, weightsSha256: model.weightsSha256, isForeign: false };
  });
  return [...new Map(chosen.map((model) => [model.id, model])).values()];
}

/** The model of that id, the first where none is given. */
export function chooseModel(
  models: readonly RunModel[],
  id: string | undefined,
  parameter: 'model' | 'models',
): RunModel {
  const model = id === undefined || id === 'best_match' ? models[0] : models.find((candidate) => candidate.id === id);
  if (model) return model;
  const ids = models.map((candidate) => candidate.id);
  const meant = closest(id!, ids);
  throw badParameter(
    parameter,
    `there is no model '${id!.slice(0, 64)}' here`,
    `${meant ? `Did you mean '${meant}'? ` : ''}Models: ${ids.join(', ')}.`,
  );
}
