/**
 * What is new in a dataset, as server-sent events: a watcher looks at the published state once a second, as long as somebody
 * listens, and tells all who do. It follows the store, not the jobs: what another process publishes is told too.
 */
import type { Response } from 'express';
import { formatHour } from '../../domain/time.ts';
import type { Log } from '../../log.ts';
import type { ObservationStore } from '../../store/observations/observations.ts';
import type { RunStore } from '../../store/runs/runs.ts';
import type { Freshness } from '../answers/freshness.ts';
import { ifThere } from '../answers/if-there.ts';
import type { ObservationsUpdated, RunPublished } from '../schemas/events.ts';

/** What a listener was told last; both parts are in the `id` of each event. */
interface Told {
  /** Initialisation time of the newest run, or the empty text. */
  run: string;
  /** Revision of the observations, or the empty text. */
  observations: string;
}

interface Listener {
  response: Response;
  told: Told;
}

const LOOK_EVERY_MS = 500;
const HEARTBEAT_MS = 15_000;
/** What a browser waits before it connects again. */
const RETRY_MS = 2_000;

export interface EventsOptions {
  runs: RunStore;
  observations: ObservationStore;
  freshness: Freshness;
  log: Log;
  lookEveryMs?: number;
}

export class Events {
  readonly #options: EventsOptions;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #known = new Map<string, { state: string; current: Current }>();
  #count = 0;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  /** How many listen. */
  get count(): number {
    return this.#count;
  }

  /**
   * Tells a response of all that is new from now on, until it is closed.
   * @param lastId what the listener has heard of already (its `Last-Event-ID`); what came since is told at once
   */
  async listen(response: Response, dataset: string, lastId: string | undefined): Promise<void> {
    const told = parseId(lastId) ?? (await this.#current(dataset)).told;
    // Either may have happened meanwhile.
    if (this.#isClosed || response.destroyed) {
      response.end();
      return;
    }
    const listener: Listener = { response, told };
    response.write(`retry: ${RETRY_MS}\n\n`);
    const listeners = this.#listeners.get(dataset) ?? new Set();
    this.#listeners.set(dataset, listeners.add(listener));
    this.#count++;
    response.on('close', () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(dataset);
      this.#count--;
      if (this.#count === 0) this.#stop();
    });
    this.#start();
    await this.#tell(dataset, listeners);
  }

  /** Ends all answers, and those to come. */
  close(): void {
    this.#isClosed = true;
    for (const listeners of this.#listeners.values()) for (const { response } of listeners) response.end();
  }

  #start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#lookAtAll(), this.#options.lookEveryMs ?? LOOK_EVERY_MS);
    this.#heartbeat ??= setInterval(() => this.#writeToAll(': still here\n\n'), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#heartbeat);
    this.#timer = undefined;
    this.#heartbeat = undefined;
  }

  async #lookAtAll(): Promise<void> {
    try {
      for (const [dataset, listeners] of [...this.#listeners]) await this.#tell(dataset, listeners);
    } catch (error) {
      // The store is out of reach for the moment: the next look may find it.
      this.#options.log.warn({ err: error }, 'cannot look for what is new');
    }
    this.#timer = undefined;
    if (this.#count > 0) this.#start();
  }

  /** Tells each listener what it has not been told. */
  async #tell(dataset: string, listeners: ReadonlySet<Listener>): Promise<void> {
    const { told, run, observations } = await this.#current(dataset);
    for (const listener of listeners) {
      if (listener.response.writableEnded) continue;
      if (observations && told.observations !== listener.told.observations) {
        listener.told = { ...listener.told, observations: told.observations };
        listener.response.write(eventText('observations-updated', listener.told, observations));
      }
      if (run && told.run !== listener.told.run) {
        listener.told = { ...listener.told, run: told.run };
        listener.response.write(eventText('run-published', listener.told, run));
      }
    }
  }

  async #current(dataset: string): Promise<Current> {
    const { stamps } = await this.#options.freshness.state(dataset);
    const known = this.#known.get(dataset);
    if (known?.state === stamps.identity) return known.current;
    const current = await describe(this.#options, dataset);
    if (stamps.isSettled) this.#known.set(dataset, { state: stamps.identity, current });
    return current;
  }

  #writeToAll(text: string): void {
    for (const listeners of this.#listeners.values()) for (const { response } of listeners) response.write(text);
  }
}

interface Current {
  told: Told;
  run?: RunPublished;
  observations?: ObservationsUpdated;
}

async function describe({ runs, observations }: EventsOptions, dataset: string): Promise<Current> {
  // A dataset may have no runs yet, or no observations any more.
  const init = await runs.latest(dataset);
  const run = init === undefined ? undefined : await ifThere(runs.describe(dataset, init));
  const data = await ifThere(observations.describe(dataset));
  return {
    told: { run: run ? formatHour(run.init) : '', observations: data?.revision ?? '' },
    run: run && {
      dataset,
      init: formatHour(run.init),
      created_at: run.createdAt,
      lead_hours: run.leadHours,
      models: run.models.map(({ id }) => id),
    },
    observations: data && {
      dataset,
      to: formatHour(data.to),
      updated_at: data.updatedAt,
      revision: data.revision,
    },
  };
}

function eventText(event: string, told: Told, data: object): string {
  return `id: ${told.run}_${told.observations}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function parseId(id: string | undefined): Told | undefined {
  const match = /^([0-9T:Z-]{0,20})_([0-9a-f]{0,64})$/.exec(id ?? '');
  return match ? { run: match[1], observations: match[2] } : undefined;
}
