/** `kernelcast start`: the service. Without a dataset, the demo on the sample world. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Role } from '../../jobs/cluster/cluster-work.ts';
import type { Forecaster } from '../../models/serving/forecaster.ts';
import { dataDirectory, packageRoot } from '../config.ts';
import { KernelcastError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { fileError } from '../store/disk/files.ts';
import { hearEnvironment } from './support/environment.ts';
import { portNumber, positiveNumber } from './support/options.ts';

interface Options {
  data?: string;
  port: number;
  host: string;
  secondsPerHour: number;
  dataset?: string;
  inbox?: string;
  source?: string[];
  stations?: string;
  table?: string[];
  network?: string;
  train?: string;
  keepDays?: number;
  keepGb?: number;
  role: Role;
  apiKeys?: string;
  requireKey?: boolean;
  openMetrics?: boolean;
  trustProxy?: string;
  weightPerMinute?: number;
}

/**
 * What is still running this long after the signal to stop is broken off; the store stands that. A person waits less than
 * systemd, Kubernetes and Docker, which are told to give a minute (`deploy/`).
 */
const GRACE_MS = { SIGINT: 10_000, SIGTERM: 50_000 };

export function registerStart(program: Command): void {
  const start = program
    .command('start')
    .description('serve forecasts and pages, and keep them up to date; without a dataset, a demo on made-up weather')
    .option('--port <number>', 'where to listen', portNumber, 8080)
    .option('--host <address>', 'the address to listen on; 0.0.0.0 is all of this machine', '127.0.0.1')
    .option('--seconds-per-hour <seconds>', 'demo: how long an hour of its weather takes', positiveNumber, 5)
    .option('--dataset <name>', 'serve this dataset: a run each hour that has new observations')
    .option(
      '--inbox <folder>',
      'ingest the files of this folder (or s3://BUCKET/PREFIX) each hour, then move them into its subfolder `ingested`',
    )
    .option(
      '--source <address...>',
      'ask these each hour for what they have: addresses, or names as `kernelcast sources` tells',
    )
    .option('--stations <csv>', 'where to sample grids, and what to ask sources for')
    .option(
      '--table <mapping...>',
      'what the columns of tables of the inbox and the sources are: names (`kernelcast tables`) or JSON files; the first that fits',
    )
    .option('--keep-days <days>', 'remove runs older than this; their scores stay (default: all stay)', positiveNumber)
    .option(
      '--keep-gb <size>',
      'remove the oldest runs while all have more gigabytes (default: no limit)',
      positiveNumber,
    )
    .addOption(
      new Option(
        '--role <role>',
        'with $KERNELCAST_DATABASE_URL: an api server only answers, a worker does jobs too; all is a worker',
      )
        .choices(['api', 'worker', 'all'])
        .default('all'),
    )
    .option('--api-keys <file>', 'keys of the API: a line each, `name sha256-of-the-key [weight a minute]`')
    .option('--require-key', 'give data to holders of a key only')
    .option(
      '--weight-per-minute <number>',
      'what a client may ask for: locations x days x variables x models',
      positiveNumber,
    )
    .option('--open-metrics', 'give /metrics to everybody, not only to this machine and holders of a key')
    .option(
      '--trust-proxy <addresses>',
      'believe these reverse proxies for whom they ask, so that each client has its own limit: addresses, networks, loopback',
    )
    .option('--network <folder>', 'a model artefact of your own, in place of the shipped one')
    .option(
      '--train <config>',
      'train on the dataset once a week, as `kernelcast train --config`; the better model serves',
    )
    .option('--data <folder>', 'where all state is kept (default: ./data)')
    .action(run);
  hearEnvironment(start);
}

async function run(options: Options): Promise<void> {
  if (
    options.dataset === undefined &&
    (options.inbox ?? options.source ?? options.stations ?? options.table ?? options.train) !== undefined
  ) {
    throw new KernelcastError('USAGE', 'what comes in needs a dataset to go into', {
      hint: 'Name one: --dataset NAME.',
    });
  }
  const access = await accessOf(options);
  const [{ runService }, { openStores }, { openForecaster }, { examiner }] = await Promise.all([
    import('../../jobs/service/service.ts'),
    import('../../jobs/service/stores.ts'),
    import('../../models/serving/worker-forecaster.ts'),
    import('./doctor/examination.ts'),
  ]);
  const log = createLog();
  const root = dataDirectory(options.data);
  const stores = openStores(root);
  let forecaster: Forecaster | null = null;
  const { work, isShared, close } = await chooseWork(options, {
    root,
    stores,
    openForecaster: async (network = options.network) => {
      forecaster = await openForecaster({ root, network });
      return forecaster;
    },
    log,
  });
  const { version } = JSON.parse(await readFile(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  const onListening = (url: string) => process.stdout.write(`Kernelcast ${version} answers at ${url}\n`);
  const { port, host } = options;
  const dashboardDirectory = builtPages(log);
  const api = { access, predictor: () => forecaster, dashboardDirectory, examine: examiner(root) };
  const service = { work, root, stores, port, host, log, version, ...api, onListening, isShared };
  try {
    await runService(service, stopSignal(log));
  } finally {
    await close();
  }
}

async function accessOf({ apiKeys, requireKey, openMetrics, trustProxy, weightPerMinute }: Options) {
  const { parseKeys } = await import('../api/access/access.ts');
  if (requireKey && apiKeys === undefined) {
    throw new KernelcastError('USAGE', 'no key could be given', {
      hint: 'Name the file of the keys: --api-keys FILE.',
    });
  }
  const text =
    apiKeys === undefined
      ? ''
      : await readFile(apiKeys, 'utf8').catch((error) => {
          throw fileError(error, 'read the keys', apiKeys);
        });
  return {
    keys: parseKeys(text),
    isKeyRequired: requireKey ?? false,
    isAdminOpen: openMetrics ?? false,
    trustedProxies: trustProxy?.split(',').map((address) => address.trim()) ?? [],
    ...(weightPerMinute !== undefined && { weightPerMinute: Math.ceil(weightPerMinute) }),
  };
}

async function chooseWork(
  { dataset, inbox, source: sources, stations, table, secondsPerHour, keepDays, keepGb, role, train, network }: Options,
  common: Omit<import('../../jobs/service/work.ts').WorkOptions, 'ledger'>,
): Promise<{ work: import('../../jobs/service/work.ts').Work; isShared: boolean; close: () => Promise<void> }> {
  const [{ readStationList }, { findMappings }, { JobLedger }, { makeInbox }] = await Promise.all([
    import('../../ingest/stations/station-list.ts'),
    import('../../ingest/tables/ready/ready.ts'),
    import('../../jobs/schedule/ledger.ts'),
    import('../../jobs/service/inbox.ts'),
  ]);
  const connectionString = process.env.KERNELCAST_DATABASE_URL || undefined;
  if (role !== 'all' && (connectionString === undefined || dataset === undefined)) {
    throw new KernelcastError('USAGE', `the role '${role}' is one in a cluster`, {
      hint: 'Set KERNELCAST_DATABASE_URL and name a --dataset, or leave --role out.',
    });
  }
  if (dataset === undefined) {
    const [{ demo }, { DEMO_DATASET }] = await Promise.all([
      import('../../jobs/service/demo-work.ts'),
      import('../../jobs/service/dataset.ts'),
    ]);
    const places = join(packageRoot(), 'ingest', 'sample-world', 'places.csv');
    const ledger = await JobLedger.open(common.root, DEMO_DATASET);
    const work = await demo({ ...common, ledger, secondsPerHour, stations: await readStationList(places) });
    return { work, isShared: false, close: () => ledger.close() };
  }
  const onNote = (note: string) => common.log.warn(note);
  const list = stations === undefined ? undefined : await readStationList(stations, { onNote });
  const tables = table === undefined ? undefined : await findMappings(table);
  if (inbox !== undefined && role !== 'api') await makeInbox(inbox);
  const retention = {
    keepHours: keepDays === undefined ? undefined : keepDays * 24,
    keepBytes: keepGb === undefined ? undefined : keepGb * 1e9,
  };
  const training = train === undefined ? undefined : { config: resolve(train), network };
  const options = { ...common, dataset, inbox, sources, stations: list, table: tables, retention, training };
  if (connectionString !== undefined) {
    const { clusterWork } = await import('../../jobs/cluster/cluster-work.ts');
    const work = await clusterWork({ ...options, role, connectionString });
    return { work, isShared: true, close: async () => {} };
  }
  const { live } = await import('../../jobs/service/real-work.ts');
  const ledger = await JobLedger.open(common.root, dataset);
  return { work: await live({ ...options, ledger }), isShared: false, close: () => ledger.close() };
}

function builtPages(log: Log): string | undefined {
  const directory = join(packageRoot(), 'dist', 'dashboards');
  if (existsSync(directory)) return directory;
  log.warn('the pages are not built, so only the API answers; build them with `npm run build`');
  return undefined;
}

/** Raised by the first Ctrl-C or SIGTERM; a second one, or the end of its patience, end the process. */
function stopSignal(log: Log): AbortSignal {
  const controller = new AbortController();
  const stop = (name: keyof typeof GRACE_MS) => {
    if (controller.signal.aborted) process.exit(0);
    log.info(`${name}: stopping`);
    controller.abort();
    setTimeout(() => process.exit(0), GRACE_MS[name]).unref();
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  return controller.signal;
}
