/**
 * `kernelcast train` under kill -9: the real process, killed at random moments, with checkpoints as often as can be. The same
 * command goes on, and ends with the bytes of a training that was never killed. A failure prints the seed of the moments.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../src/config.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { cycle, SMALL, smallSettings } from '../models/training/small-training.ts';

const KILLS = 5;
const SEED = process.env.KERNELCAST_CRASH_SEED ?? String(Date.now());

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crash-train-'));
  await new ObservationStore(root).merge('cycle', cycle, { source: 'test' });
  const training = smallSettings({ steps: 50, validateEvery: 10 });
  await writeFile(join(root, 'config.json'), JSON.stringify({ architecture: SMALL, training }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  said: string;
}

/** @param killAfter milliseconds from its first checkpoint on; it may end before */
async function train(out: string, killAfter?: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<Outcome> {
  const options = ['--config', join(root, 'config.json'), '--dataset', 'cycle', '--validation-days', '3'];
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/cli/cli.ts', 'train', ...options]
      .concat(['--data', root, '--out', join(root, out)])
      .concat(['--checkpoint-minutes', '0.0001']),
    { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, KERNELCAST_ENGINE: 'plain' } },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const ended = new Promise<Outcome>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal, said }));
  });
  if (killAfter !== undefined) {
    // Loading takes seconds, in which there is nothing to lose.
    while (child.exitCode === null && !(await hasCheckpoint(out))) await sleep(20);
    await sleep(killAfter);
    child.kill(signal);
  }
  return ended;
}

async function hasCheckpoint(out: string): Promise<boolean> {
  const names = await readdir(join(root, `${out}.training`)).catch(() => []);
  return names.some((name) => name.startsWith('step-'));
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

it(`a training killed ${KILLS} times ends with the same bytes (KERNELCAST_CRASH_SEED=${SEED})`, async () => {
  const random = seededRandom(SEED);
  const whole = await train('whole');
  expect(whole, whole.said).toMatchObject({ code: 0 });
  const resumed: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const { signal, said } = await train('killed', 1_500 * random.uniform());
    if (/goes on at step/.test(said)) resumed.push(said);
    if (signal === null) break;
  }
  const last = await train('killed');
  // When it came to its end before the last kill, its folder is there.
  if (last.code !== 0) expect(last.said).toMatch(/exists already/);
  else resumed.push(last.said);
  expect(resumed.length).toBeGreaterThan(0);
  expect(resumed.every((said) => /goes on at step \d+ of 50/.test(said))).toBe(true);
  const bytes = (out: string) => readFile(join(root, out, 'weights.safetensors'));
  expect((await bytes('killed')).equals(await bytes('whole'))).toBe(true);
  const steps = (await readFile(join(root, 'killed', 'training.jsonl'), 'utf8')).trim().split('\n');
  expect(steps.map((line) => JSON.parse(line).step)).toEqual([10, 20, 30, 40, 50]);
  expect((await readdir(root)).filter((name) => name.endsWith('.training'))).toEqual([]);
});

it('Ctrl-C ends it after the step under way, with a checkpoint and the status of an interrupted command', async () => {
  const stopped = await train('stopped', 0, 'SIGINT');
  expect(stopped, stopped.said).toMatchObject({ code: 130, signal: null });
  const [, step] = /stopped after step (\d+); the same command goes on/.exec(stopped.said)!;
  expect(await hasCheckpoint('stopped')).toBe(true);
  const { said } = await train('stopped');
  expect(said).toContain(`goes on at step ${Number(step) + 1} of 50`);
});
