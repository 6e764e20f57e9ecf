/**
 * A forecaster that follows the model that serves: before each run it looks which one that is, and opens it where it is
 * another. The one before stays open, for what was begun with it: a run, and its shards on other machines.
 */
import type { Forecaster, PartRequest, RunRequest } from './forecaster.ts';

export interface FollowingForecaster extends Forecaster {
  /** Looks which model serves now; `models` are those of it after. */
  follow(): Promise<void>;
  /** @param request model: the id of the one to be used, by default the one that serves now */
  run(request: RunRequest & { model?: string }): ReturnType<Forecaster['run']>;
  /** @throws Error where `request.model` is not at hand here */
  part(request: PartRequest & { model?: string }): ReturnType<Forecaster['part']>;
}

export interface FollowingOptions {
  /** @param network the folder of a model; undefined is the one that the service was begun with */
  open: (network: string | undefined) => Promise<Forecaster>;
  /** The folder of the model that serves now. */
  serving: () => Promise<string | undefined>;
  /** Told why the model that serves cannot be opened: the one before goes on, for a forecast late is worse than one by it. */
  onProblem?: (error: unknown) => void;
}

export async function openFollowing({
  open,
  serving,
  onProblem = () => {},
}: FollowingOptions): Promise<FollowingForecaster> {
  let network = await serving().catch((error: unknown) => void onProblem(error));
  let current = await open(network).catch((error: unknown) => {
    if (network === undefined) throw error;
    onProblem(error);
    network = undefined;
    return open(network);
  });
  let previous: Forecaster | undefined;
  let turn: Promise<void> = Promise.resolve();

  /** One after the other: two at once would open the same model twice. */
  function follow(): Promise<void> {
    turn = turn
      .then(async () => {
        const wanted = await serving();
        if (wanted === network) return;
        const opened = await open(wanted);
        const oldest = previous;
        [previous, current, network] = [current, opened, wanted];
        await oldest?.close();
      })
      .catch(onProblem);
    return turn;
  }

  function choose(id: string | undefined): Forecaster {
    const found = [current, previous].find((each) => id === undefined || each?.models[0].id === id);
    if (found) return found;
    throw new Error(`the model ${id} does not serve here`);
  }

  return {
    get engine() {
      return current.engine;
    },
    get models() {
      return current.models;
    },
    follow,
    async run({ model, ...request }) {
      await follow();
      return choose(model).run(request);
    },
    async part({ model, ...request }) {
      await follow();
      return choose(model).part(request);
    },
    predict: (request) => current.predict(request),
    partArrived() {
      current.partArrived();
      previous?.partArrived();
    },
    async close() {
      await turn;
      await Promise.all([current.close(), previous?.close()]);
    },
  };
}
