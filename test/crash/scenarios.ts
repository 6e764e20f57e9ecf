/**
 * Writers of each part of the store, for the crash matrix: the state before, one step of writing, and what a reader sees:
 * 'old' or 'new', anything else throws.
 */
import { join } from 'node:path';
import { JobLedger } from '../../jobs/schedule/ledger.ts';
import { slotText } from '../../jobs/schedule/ledger-records.ts';
import { POLICIES } from '../../jobs/schedule/policies.ts';
import { Schedule } from '../../jobs/schedule/schedule.ts';
import { artefactSchema, readArtefact, writeArtefact } from '../../models/weights/artefact.ts';
import type { ScoreRow } from '../../src/domain/scoring.ts';
import type { Series } from '../../src/domain/series.ts';
import { createLog } from '../../src/log.ts';
import { type Files, nodeFiles } from '../../src/store/disk/files.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { PartStore, tableOf } from '../../src/store/runs/parts.ts';
import { RunStore } from '../../src/store/runs/runs.ts';
import { ScoreStore } from '../../src/store/scores/scores.ts';
import { seriesOf, station } from '../store/series.ts';

export type Seen = 'old' | 'new';

export interface Scenario {
  /** Brings about the old state. */
  prepare(root: string): Promise<void>;
  /** Resolves when the new state is acknowledged. Done again after a crash, it leads to the new state too. */
  write(root: string, files?: Files): Promise<void>;
  /** @throws when a reader sees anything but the old or the new state */
  read(root: string): Promise<Seen>;
}

const FEBRUARY = Date.UTC(2024, 1, 1) / 3_600_000;
const stations = ['a', 'b'].map((id) => station(id));
const DATASET = 'demo';
const state = (value: number, hours = 4): Series => seriesOf(stations, FEBRUARY - 2, hours, () => value);

/** Two months change at once: an old state of 1, a new one of 2. */
const observations: Scenario = {
  prepare: async (root) => void (await new ObservationStore(root).merge(DATASET, state(1), { source: 'old' })),
  write: async (root, files) =>
    void (await new ObservationStore(root, { files, waitMs: 0 }).merge(DATASET, state(2), { source: 'new' })),
  async read(root) {
    const { variables } = await new ObservationStore(root).read(DATASET);
    const values = new Set(variables.temperature_2m!.values);
    return sole([...values].map((value) => (value === 1 ? 'old' : value === 2 ? 'new' : undefined)));
  },
};

/** An hour more for a month that is there: an append, where the store has one. */
const hour: Scenario = {
  prepare: (root) => observations.prepare(root),
  write: async (root, files) => {
    const next = seriesOf(stations, FEBRUARY + 2, 1, () => 9);
    await new ObservationStore(root, { files, waitMs: 0 }).merge(DATASET, next, { source: 'new' });
  },
  async read(root) {
    const { variables } = await new ObservationStore(root).read(DATASET);
    const text = variables.temperature_2m!.values.join();
    return sole([text === '1,1,1,1,1,1,1,1' ? 'old' : text === '1,1,1,1,1,1,1,1,9,9' ? 'new' : undefined]);
  },
};

const INIT = FEBRUARY;
const RUN = {
  dataset: DATASET,
  init: INIT,
  leadHours: 2,
  createdAt: '2024-02-01T00:05:00Z',
  models: [
    { id: 'one', name: 'One', kind: 'network' as const, weightsSha256: null },
    { id: 'two', name: 'Two', kind: 'baseline' as const, weightsSha256: null },
  ],
};
const forecasts = new Map(['one', 'two'].map((id) => [id, seriesOf(stations, INIT + 1, 2, () => 7)]));

const run: Scenario = {
  prepare: async () => {},
  write: async (root, files) => void (await new RunStore(root, { files }).publish(RUN, forecasts)),
  async read(root) {
    const store = new RunStore(root);
    const inits = await store.list(DATASET);
    if (inits.length === 0) return 'old';
    const { models } = await store.describe(DATASET, INIT);
    for (const { id } of models) {
      const { variables } = await store.read(DATASET, INIT, id);
      if (variables.temperature_2m!.values.join() !== '7,7,7,7') throw new Error('another forecast');
    }
    return sole([inits.join() === String(INIT) && models.length === 2 ? 'new' : undefined]);
  },
};

const ROWS: ScoreRow[] = [
  { model: 'one', variable: 'temperature_2m', lead: 1, count: 2, sumSquaredError: 1, sumAbsoluteError: 1, sumError: 0 },
];

const scores: Scenario = {
  prepare: async () => {},
  write: async (root, files) => void (await new ScoreStore(root, { files }).publish(DATASET, INIT, ROWS)),
  async read(root) {
    const store = new ScoreStore(root);
    if ((await store.list(DATASET)).length === 0) return 'old';
    const rows = await store.read(DATASET, INIT);
    return sole([rows.length === 1 && rows[0].count === 2 ? 'new' : undefined]);
  },
};

const CUT = { count: 1, table: tableOf(stations) };

/** A shard of a forecast, laid down for whoever puts the run together. */
const part: Scenario = {
  prepare: async () => {},
  async write(root, files) {
    const forecast = seriesOf(stations, INIT + 1, 2, () => 7);
    await new PartStore(root, files).publish(DATASET, INIT, 'one', { index: 0, ...CUT }, forecast);
  },
  async read(root) {
    const store = new PartStore(root);
    if ((await store.list(DATASET, INIT, 'one', CUT)).size === 0) return 'old';
    const { variables } = await store.join(DATASET, INIT, 'one', { count: 1, stations, hours: 2 });
    return sole([variables.temperature_2m!.values.join() === '7,7,7,7' ? 'new' : undefined]);
  },
};

/** A run that is too old is taken away. */
const removal: Scenario = {
  prepare: (root) => run.write(root),
  write: (root, files) => new RunStore(root, { files }).remove(DATASET, INIT),
  read: async (root) => ((await run.read(root)) === 'new' ? 'old' : 'new'),
};

const model: Scenario = {
  prepare: async () => {},
  async write(root, files) {
    const manifest = {
      kind: 'forecaster' as const,
      id: 'm',
      name: 'M',
      createdAt: '2024-02-01T00:00:00Z',
      architecture: {},
    };
    const contents = new Map(['weights.safetensors', 'model.onnx'].map((name) => [name, Buffer.alloc(4_096, name)]));
    await writeArtefact(join(root, 'models', 'm'), manifest, contents, files).catch((error) => {
      if (error.code !== 'USAGE') throw error;
    });
  },
  async read(root) {
    const artefact = await readArtefact(join(root, 'models', 'm'), artefactSchema).catch((error) => {
      if (error.code !== 'NOT_FOUND') throw error;
    });
    if (!artefact) return 'old';
    for (const name of Object.keys(artefact.manifest.files)) await artefact.read(name);
    return 'new';
  },
};

const slot = slotText(INIT);
const at = '2024-02-01T00:00:00.000Z';

/** The end of a slot, behind its begin. */
const ledger: Scenario = {
  async prepare(root) {
    const old = await JobLedger.open(root, DATASET);
    await old.transact(() => [
      { kind: 'begin', job: 'ingest', slot, every: 1, at },
      { kind: 'start', job: 'ingest', slot, at, claim: 'gone.0', attempt: 1, note: null, trace: '' },
    ]);
  },
  async write(root, files) {
    const opened = await JobLedger.open(root, DATASET, files);
    await opened.transact(() => [{ kind: 'done', job: 'ingest', slot, at, claim: 'gone.0' }]);
  },
  async read(root) {
    const seen = (await JobLedger.open(root, DATASET)).states.slot('ingest', INIT)?.state;
    return sole([seen === 'running' ? 'old' : seen === 'done' ? 'new' : undefined]);
  },
};

/** A whole slot: taken, its run published, written down; in a process that dies anywhere on the way. */
const wholeSlot: Scenario = {
  prepare: async () => {},
  async write(root, files = nodeFiles) {
    const opened = await JobLedger.open(root, DATASET, files);
    const clock = { now: () => INIT * 3_600_000 };
    const policy = { ...POLICIES.forecast, after: [], attempts: 9 };
    const job = { policy, run: () => run.write(root, files) };
    const schedule = new Schedule([job], { ledger: opened, clock, log: createLog('silent') });
    // A failed attempt waits for a pause, which is over where the clock of the machine shows another year.
    await schedule.tick();
    await opened.close();
    const again = await JobLedger.open(root, DATASET);
    const seen = again.states.slot('forecast', INIT);
    if (seen?.state === 'failed') {
      await again.transact(() => [{ kind: 'retry', job: 'forecast', slot, at }]);
      throw new Error(seen.error ?? 'failed');
    }
    if (seen?.state !== 'done') throw new Error('the slot is not done');
  },
  async read(root) {
    const seen = (await JobLedger.open(root, DATASET)).states.slot('forecast', INIT)?.state;
    const published = await run.read(root);
    if (seen === 'done' && published !== 'new') throw new Error('the ledger says done, and there is no run');
    return seen === 'done' ? 'new' : 'old';
  },
};

/** What is the same in a bucket. */
export const STORE_SCENARIOS = { observations, hour, run, removal, scores, part } satisfies Record<string, Scenario>;

export const SCENARIOS = { ...STORE_SCENARIOS, model, ledger, wholeSlot } satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof SCENARIOS;

function sole(seen: (Seen | undefined)[]): Seen {
  const [first] = seen;
  if (first === undefined || seen.some((other) => other !== first))
    throw new Error('neither the old state nor the new');
  return first;
}
