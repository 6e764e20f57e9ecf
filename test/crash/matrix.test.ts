/**
 * The crash matrix: each writer of the store is killed (SIGKILL) at each of its calls to the file system in turn, and
 * separately meets EIO, ENOSPC, a short write and a power cut at each. After each, readers see the old state or the new one,
 * what was acknowledged is there, and the next writer comes through. The number of points is printed.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../bundle.ts';
import { type Fault, faultyFiles } from '../store/faulty-files.ts';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';

const NAMES = Object.keys(SCENARIOS) as ScenarioName[];
const FAULTS: [Fault, string][] = [
  ['error', 'EIO'],
  ['error', 'ENOSPC'],
  ['short-write', 'ENOSPC'],
  ['crash', 'EIO'],
];
/** Processes at once. */
const AT_ONCE = 2;
const tried = { SIGKILL: 0, faults: 0 };
let programs: string;
let killedWriter: string;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'matrix-programs-'));
  killedWriter = await bundle('test/crash/killed-writer.ts', programs);
});
afterAll(async () => {
  await rm(programs, { recursive: true, force: true });
  process.stdout.write(`crash matrix: ${tried.SIGKILL} points of SIGKILL, ${tried.faults} of faults\n`);
  expect(tried.SIGKILL + tried.faults).toBeGreaterThanOrEqual(200);
});

async function inFolder(work: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'matrix-'));
  try {
    await work(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function countCalls(name: ScenarioName): Promise<number> {
  let count = 0;
  await inFolder(async (root) => {
    const { files, calls } = faultyFiles();
    await SCENARIOS[name].prepare(root);
    await SCENARIOS[name].write(root, files);
    count = calls.length;
  });
  return count;
}

/** After a failure at any point: old or new; new where it was acknowledged; and the next writer comes through. */
async function expectWhole(name: ScenarioName, root: string, acknowledged: boolean, at: string): Promise<void> {
  const { read, write } = SCENARIOS[name];
  const seen = await read(root).catch((error: unknown) => `${error}`);
  expect(acknowledged ? ['new'] : ['old', 'new'], at).toContain(seen);
  await write(root);
  expect(await read(root), at).toBe('new');
}

describe.each(NAMES)('the writer of %s', (name) => {
  it.each(FAULTS)('leaves the old state or the new one: %s, %s', async (fault, code) => {
    const count = await countCalls(name);
    for (let failing = 0; failing < count; failing++) {
      await inFolder(async (root) => {
        await SCENARIOS[name].prepare(root);
        const { files, calls } = faultyFiles(failing, fault, code);
        const acknowledged = await SCENARIOS[name].write(root, files).then(
          () => true,
          () => false,
        );
        await expectWhole(name, root, acknowledged, `call ${failing}, ${calls[failing]}`);
      });
      tried.faults++;
    }
  });

  it('leaves the old state or the new one: SIGKILL', async () => {
    const count = await countCalls(name);
    const points = Array.from({ length: count }, (_, index) => index);
    const lane = async () => {
      for (let point = points.shift(); point !== undefined; point = points.shift()) {
        const fatal = point;
        await inFolder(async (root) => {
          await SCENARIOS[name].prepare(root);
          const acknowledged = await writeAndDie(name, root, fatal);
          await expectWhole(name, root, acknowledged, `killed at call ${fatal} of ${count}`);
        });
        tried.SIGKILL++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  });
});

/** @returns whether it said that the new state is there before it died */
async function writeAndDie(name: ScenarioName, root: string, call: number): Promise<boolean> {
  const args = [killedWriter, name, root, String(call)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complained = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr.on('data', (chunk) => {
    complained += chunk;
  });
  const signal = await new Promise((resolve) => child.on('close', (_, name) => resolve(name)));
  // In a process of its own the writer may need a call or two less than here: then it comes to its end.
  expect(signal === 'SIGKILL' || said.includes('acknowledged'), `${signal}: ${complained}`).toBe(true);
  return said.includes('acknowledged');
}
