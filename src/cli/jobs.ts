/** `kernelcast jobs`: how the jobs stand, what they did, and doing one again, from the ledger; also beside a running service. */
import type { Command } from 'commander';
import type { Ledger } from '../../jobs/schedule/ledger.ts';
import type { JobState, SlotStates } from '../../jobs/schedule/slot-states.ts';
import { dataDirectory } from '../config.ts';
import { systemClock } from '../domain/clock.ts';
import { formatHour, type Hour, hourOf, parseHour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';
import { createLog } from '../log.ts';
import { hearEnvironment } from './support/environment.ts';
import { wholeNumber } from './support/options.ts';

interface Common {
  dataset?: string;
  data?: string;
  json?: boolean;
}

interface RetryOptions extends Common {
  andAfter?: boolean;
}

interface RunOptions extends Common {
  slot?: Hour;
  inbox?: string;
  source?: string[];
  stations?: string;
  network?: string;
  train?: string;
}

const DATA: [string, string] = ['--data <folder>', 'where all state is kept (default: ./data)'];
/** What says where and whose, as it does for the service; the rest is of one call. */
const SETTINGS = ['--dataset', '--data', '--inbox', '--source', '--stations', '--network', '--train'];
const DATASET: [string, string] = ['--dataset <name>', 'whose jobs; needed where there are several'];

export function registerJobs(program: Command): void {
  const jobs = program.command('jobs').description('see and steer the jobs of a dataset');
  jobs
    .command('list')
    .description('how each job stands, and which slots are open')
    .option(...DATASET)
    .option('--json', 'print JSON')
    .option(...DATA)
    .action((options: Common) => withLedger(options, (ledger) => list(options, ledger)));
  jobs
    .command('log')
    .description('what the jobs did, the newest last')
    .argument('[job]', 'only this job')
    .option('--lines <number>', 'how many', wholeNumber, 20)
    .option(...DATASET)
    .option('--json', 'print JSON lines')
    .option(...DATA)
    .action((job: string | undefined, options: Common & { lines: number }) =>
      withLedger(options, async (ledger) => log(job, options, ledger)),
    );
  jobs
    .command('retry')
    .description('ask for a slot again that is dead or skipped; the service does it within a minute, a cluster at once')
    .argument('<job>', 'ingest, forecast, verify, retain or train')
    .argument('<slot>', 'its hour, e.g. 2025-02-20T06:00Z', parseHour)
    .option('--and-after', 'all slots from this one on, as after a clock that was ahead')
    .option(...DATASET)
    .option(...DATA)
    .action((job: string, slot: Hour, options: RetryOptions) =>
      withLedger(options, (ledger) => retry(job, slot, options, ledger)),
    );
  jobs
    .command('run')
    .description('do a slot of a job now, in this process; its end is in the ledger')
    .argument('<job>', 'ingest, forecast, verify, retain or train')
    .option('--slot <time>', 'its hour (default: the current one)', parseHour)
    .option('--inbox <folder>', 'ingest: where the files are')
    .option('--source <address...>', 'ingest: what to ask')
    .option('--stations <csv>', 'ingest: where to sample grids')
    .option('--network <folder>', 'forecast, train: a model artefact of your own')
    .option('--train <config>', 'train: as `kernelcast train --config`')
    .option(...DATASET)
    .option(...DATA)
    .action((job: string, options: RunOptions) =>
      withLedger(options, (ledger, dataset) => run(job, options, ledger, dataset)),
    );
  for (const command of jobs.commands) hearEnvironment(command, { only: SETTINGS });
}

async function list(options: Common, ledger: Ledger): Promise<void> {
  const [{ jobStatuses }, { POLICIES }] = await Promise.all([
    import('../../jobs/schedule/job-status.ts'),
    import('../../jobs/schedule/policies.ts'),
  ]);
  const names = ledger.states.jobs;
  const policies = Object.values(POLICIES).filter(({ name }) => names.has(name));
  const statuses = jobStatuses(policies, ledger.states, systemClock.now()).map((status) => ({
    ...status,
    // In a replay the clock of this process has nothing to say.
    next_at: undefined,
    open_slots: [...(ledger.states.job(status.name)?.slots ?? [])].flatMap(([slot, { state, attempt }]) =>
      ['open', 'running', 'failed'].includes(state) ? [{ slot: formatHour(slot), state, attempt }] : [],
    ),
  }));
  if (options.json) return print(JSON.stringify({ jobs: statuses }));
  for (const { name, state, last_slot, last_finished_at, last_error, open_slots } of statuses) {
    print(`${name.padEnd(10)}${state.padEnd(9)}${last_slot ?? '-'}  ended ${last_finished_at ?? 'never'}`);
    if (last_error !== null) print(`          ${last_error}`);
    for (const open of open_slots) print(`          open: ${open.slot} ${open.state}, attempt ${open.attempt}`);
  }
}

function log(job: string | undefined, options: Common & { lines: number }, ledger: Ledger): void {
  const records = ledger.records.filter((record) => job === undefined || record.job === job).slice(-options.lines);
  for (const record of records) {
    if (options.json) print(JSON.stringify(record));
    else {
      const { kind, job: name, slot, at, ...more } = record;
      const words = [
        'to' in more ? `to ${more.to}: ${more.reason}` : '',
        'attempt' in more ? `attempt ${more.attempt}` : '',
        'note' in more && more.note !== null ? more.note : '',
        'error' in more ? `${more.isLast ? '(dead) ' : ''}${more.error}` : '',
      ];
      print(`${at}  ${name.padEnd(9)}${slot}  ${kind.padEnd(8)}${words.filter(Boolean).join('  ')}`.trimEnd());
    }
  }
}

async function retry(job: string, slot: Hour, { andAfter = false }: RetryOptions, ledger: Ledger): Promise<void> {
  const { slotText } = await import('../../jobs/schedule/ledger-records.ts');
  await ledger.transact(({ states, isHeld }) => {
    const { slots, every } = jobOf(job, states);
    for (const [hour, { state, claim }] of slots) {
      const isAsked = hour === slot || (andAfter && hour > slot);
      if (!isAsked || state !== 'running' || claim === null || !isHeld(claim)) continue;
      throw new KernelcastError('BUSY', `the slot ${formatHour(hour)} of ${job} is running`, {
        hint: 'Wait until it has ended; see `kernelcast jobs list`.',
      });
    }
    const common = { job, slot: slotText(slot), at: new Date(systemClock.now()).toISOString() };
    return [andAfter ? { kind: 'begin', ...common, every } : { kind: 'retry', ...common }];
  });
  print(`${job} ${formatHour(slot)}${andAfter ? ' and what comes after it' : ''} will be done again`);
}

async function run(name: string, options: RunOptions, ledger: Ledger, dataset: string): Promise<void> {
  const { inbox, source: sources, stations, network, train, slot = hourOf(systemClock.now()) } = options;
  const [{ Schedule }, { liveJobs }, { openStores }, { openForecaster }, { readStationList }] = await Promise.all([
    import('../../jobs/schedule/schedule.ts'),
    import('../../jobs/service/real-work.ts'),
    import('../../jobs/service/stores.ts'),
    import('../../models/serving/worker-forecaster.ts'),
    import('../../ingest/stations/station-list.ts'),
  ]);
  const root = dataDirectory(options.data);
  const lines = createLog();
  const opened: { close(): Promise<void> }[] = [];
  const forecaster: Parameters<typeof liveJobs>[1] = {
    async run(request) {
      const real = await openForecaster({ root, network });
      opened.push(real);
      return real.run(request);
    },
  };
  const list = stations === undefined ? undefined : await readStationList(stations);
  const training = train === undefined ? undefined : { config: train, network };
  const live = { root, stores: openStores(root), log: lines, dataset, inbox, sources, stations: list, training };
  const jobs = liveJobs(live, forecaster);
  if (!jobs.some(({ policy }) => policy.name === name)) {
    throw noSuchJob(
      name,
      jobs.map(({ policy }) => policy.name),
    );
  }
  const schedule = new Schedule(jobs, { ledger, clock: systemClock, log: lines });
  try {
    await schedule.once(name, slot);
    print(`${name} ${formatHour(slot)}: done`);
  } finally {
    for (const real of opened) await real.close();
  }
}

/** Opens the ledger, in the database where there is one, and lets go of it after the work. */
async function withLedger<T>(
  { dataset, data }: Common,
  work: (ledger: Ledger, dataset: string) => Promise<T>,
): Promise<T> {
  const connectionString = process.env.KERNELCAST_DATABASE_URL;
  if (connectionString) {
    if (dataset === undefined) throw new KernelcastError('USAGE', 'name a dataset', { hint: '--dataset NAME' });
    const [{ PgLedger }, { topicOf }, { default: pg }] = await Promise.all([
      import('../../jobs/cluster/pg-ledger.ts'),
      import('../../jobs/cluster/wake.ts'),
      import('pg'),
    ]);
    const pool = new pg.Pool({ connectionString });
    try {
      const ledger = await PgLedger.open({ pool, dataset, topic: topicOf(dataset, 'ledger') });
      return await work(ledger, dataset).finally(() => ledger.close());
    } finally {
      await pool.end();
    }
  }
  const { JobLedger } = await import('../../jobs/schedule/ledger.ts');
  const root = dataDirectory(data);
  const name = dataset ?? (await onlyDataset(root));
  const ledger = await JobLedger.open(root, name);
  return work(ledger, name).finally(() => ledger.close());
}

async function onlyDataset(root: string): Promise<string> {
  const { listLedgers } = await import('../../jobs/schedule/ledger.ts');
  const known = await listLedgers(root);
  if (known.length === 1) return known[0];
  throw new KernelcastError('USAGE', known.length === 0 ? 'no jobs have been run here' : 'several datasets have jobs', {
    where: { folder: root, datasets: known.join(', ') || '(none)' },
    hint: 'Name one: --dataset NAME.',
  });
}

function jobOf(name: string, { jobs }: SlotStates): JobState {
  const job = jobs.get(name);
  if (job) return job;
  throw noSuchJob(name, [...jobs.keys()]);
}

function noSuchJob(name: string, known: readonly string[]): KernelcastError {
  return new KernelcastError('USAGE', `there is no job '${name.slice(0, 80)}' here`, {
    hint: `One of ${known.join(', ')}; ingest needs --inbox or --source, train needs --train.`,
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
