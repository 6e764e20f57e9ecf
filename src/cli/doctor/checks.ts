/** What can be wrong with a machine, judged from facts about it: each finding says how it stands and how to mend it. */
import type { Finding } from '../../domain/operation.ts';

/** An engine that computed when it was tried, or why it did not, and how to mend that where it knows. */
export type EngineFact = { name: string; device: 'cpu' | 'gpu'; why: string } | { problem: string; mend?: string };

export interface Facts {
  /** `v20.20.2` */
  node: string;
  /** The oldest that will do, `20.19.0`. */
  oldestNode: string;
  /** Packages that did not load, and why. */
  brokenPackages: readonly { name: string; problem: string }[];
  /** That this process may use, in bytes. */
  memory: number;
  cores: number;
  training: EngineFact;
  serving: EngineFact;
  /** The data directory. */
  store: { folder: string; problem: string | null };
  /** Free in the data directory, in bytes; null where the system does not tell. */
  freeDisk: number | null;
  /** ms since the epoch. */
  now: number;
  /** When the package's files were written: the clock cannot be before. */
  installedAt: number;
  port: { host: string; port: number; problem: string | null };
}

const GIGABYTE = 2 ** 30;
const DAY_MS = 86_400_000;
/** What a forecast of a few thousand stations needs beside the service, and what one of forty thousand does. */
const LEAST_MEMORY = GIGABYTE;
const GOOD_MEMORY = 3 * GIGABYTE;
const LEAST_DISK = 0.5 * GIGABYTE;
const GOOD_DISK = 5 * GIGABYTE;

export function examine(facts: Facts): Finding[] {
  const { brokenPackages, store, port, cores } = facts;
  const broken = brokenPackages.map(({ name, problem }) => `${name}: ${problem}`).join('; ');
  return [
    checkNode(facts),
    judge(
      'packages',
      broken === '' ? null : `packages do not load: ${broken}`,
      'all packages load',
      'Run `npm ci` again.',
    ),
    amount('memory', facts.memory, [LEAST_MEMORY, GOOD_MEMORY], 'Give it more memory, or forecast fewer stations.'),
    cores >= 2
      ? ok('cores', `${cores}`)
      : { check: 'cores', state: 'warn', found: '1', mend: 'With two cores, forecasts do not slow the answers.' },
    checkTraining(facts.training),
    checkServing(facts.serving),
    judge(
      'store',
      store.problem === null ? null : `${store.folder}: ${store.problem}`,
      `${store.folder} can be written`,
      'Let this user write there, or choose another folder with --data or KERNELCAST_DATA.',
    ),
    facts.freeDisk === null
      ? ok('disk', 'the system does not tell')
      : amount('disk', facts.freeDisk, [LEAST_DISK, GOOD_DISK], 'Make room, or choose another disk with --data.'),
    checkClock(facts),
    judge(
      'port',
      port.problem === null ? null : `${port.host}:${port.port}: ${port.problem}`,
      `${port.host}:${port.port} is free`,
      'Stop the program that listens there, or choose another port with --port.',
    ),
  ];
}

function checkNode({ node, oldestNode }: Facts): Finding {
  const isOld = compareVersions(node.replace(/^v/, ''), oldestNode) < 0;
  return judge('node', isOld ? `${node} is too old` : null, node, `Install Node.js ${oldestNode} or newer.`);
}

function checkTraining(engine: EngineFact): Finding {
  const check = 'training';
  if ('problem' in engine) {
    return {
      check,
      state: 'warn',
      found: engine.problem,
      mend: `Serving does without. ${engine.mend ?? 'Run `npm run setup:tensorflow`.'}`,
    };
  }
  const found = `${engine.name} on the ${engine.device.toUpperCase()}: ${engine.why}`;
  if (!/plain/.test(engine.name)) return ok(check, found);
  return {
    check,
    state: 'warn',
    found,
    mend: 'Run `npm run setup:tensorflow` before training a network; serving does without.',
  };
}

function checkServing(engine: EngineFact): Finding {
  const check = 'serving';
  if ('problem' in engine) {
    return { check, state: 'fail', found: engine.problem, mend: engine.mend ?? 'Run `npm ci` again.' };
  }
  return ok(check, `${engine.name} on the ${engine.device.toUpperCase()}: ${engine.why}`);
}

function checkClock({ now, installedAt }: Facts): Finding {
  const found = new Date(now).toISOString();
  const isEarly = now < installedAt - DAY_MS;
  const problem = isEarly ? `${found} is before these files were written` : null;
  return judge('clock', problem, found, "Set this machine's clock; let a time service keep it.");
}

function judge(check: string, problem: string | null, found: string, mend: string): Finding {
  return problem === null ? ok(check, found) : { check, state: 'fail', found: problem, mend };
}

function amount(check: string, bytes: number, [least, good]: readonly [number, number], mend: string): Finding {
  const found = `${(bytes / GIGABYTE).toFixed(1)} GiB`;
  if (bytes >= good) return ok(check, found);
  const wanted = (bytes < least ? least : good) / GIGABYTE;
  return { check, state: bytes < least ? 'fail' : 'warn', found: `${found}, less than ${wanted} GiB`, mend };
}

function ok(check: string, found: string): Finding {
  return { check, state: 'ok', found, mend: null };
}

/** Below, at or above zero, as the first is older than, equal to or newer than the second. */
function compareVersions(first: string, second: string): number {
  const [a, b] = [first, second].map((version) => version.split('.').map(Number));
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
