/**
 * `kernelcast start` under kill -9: the real process, killed at random moments and started again. What it has published must
 * be whole after each kill, and its clock must go on where it was. The seed of the moments is printed by a failure.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobLedger } from '../../jobs/schedule/ledger.ts';
import { DEMO_DATASET } from '../../jobs/service/dataset.ts';
import { openStores } from '../../jobs/service/stores.ts';
import { packageRoot } from '../../src/config.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { seriesVariableNames } from '../../src/domain/series.ts';
import { putCoarseWorld } from '../jobs/support.ts';

const KILLS = 12;
const SEED = process.env.KERNELCAST_CRASH_SEED ?? String(Date.now());

let root: string;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'crash-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

interface Service {
  child: ChildProcess;
  /** Rejects with what the process said when it ends before it answers. */
  url: Promise<string>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

function start(): Service {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/cli/cli.ts', 'start', '--data', root, '--port', '0', '--seconds-per-hour', '0.2'],
    { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  children.add(child);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise<Awaited<Service['ended']>>((resolve) => {
    child.on('exit', (code, signal) => {
      children.delete(child);
      resolve({ code, signal });
    });
  });
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      const [, address] = /answers at (\S+)/.exec(String(chunk)) ?? [];
      if (address) resolve(address);
    });
    void ended.then(({ code, signal }) => reject(new Error(`ended (${code ?? signal}) before it answered: ${said}`)));
  });
  // A process that is killed early never answers; who waits for it hears of it.
  url.catch(() => {});
  return { child, url, ended };
}

/** Reads all that is published, as readers do: through the manifests, with checksums. */
async function inspect(): Promise<{ to: number; latest: number; runs: number; scored: number }> {
  const { observations, runs, scores } = openStores(root);
  await JobLedger.open(root, DEMO_DATASET);
  if (!(await observations.list()).includes(DEMO_DATASET)) return { to: 0, latest: 0, runs: 0, scored: 0 };
  // Runs first: beside a service that goes on, hours and then their runs may come between the two readings.
  const inits = await runs.list(DEMO_DATASET);
  const { from, to } = await observations.describe(DEMO_DATASET);
  const series = await observations.read(DEMO_DATASET, from, to);
  for (const name of seriesVariableNames(series)) {
    expect(series.variables[name]!.values.findIndex(Number.isNaN), `a gap in ${name}`).toBe(-1);
  }
  for (const init of inits) {
    const { models, leadHours } = await runs.describe(DEMO_DATASET, init);
    expect(init).toBeLessThan(to);
    for (const { id } of models) expect((await runs.read(DEMO_DATASET, init, id)).hours).toBe(leadHours);
  }
  const scored = await scores.list(DEMO_DATASET);
  for (const init of scored) expect((await scores.read(DEMO_DATASET, init)).length).toBeGreaterThan(0);
  return { to, latest: inits.at(-1) ?? 0, runs: inits.length, scored: scored.length };
}

async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe(`kill -9 (KERNELCAST_CRASH_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);

  it('while it makes its weather leaves no half of a file', async () => {
    const service = start();
    await service.url;
    await sleep(1_500 * random.uniform());
    service.child.kill('SIGKILL');
    expect((await service.ended).signal).toBe('SIGKILL');
    await inspect();
  });

  it(`at ${KILLS} random moments: what is published is whole, and the clock goes on`, async () => {
    await putCoarseWorld(root);
    let before = await inspect();
    for (let kill = 0; kill < KILLS; kill++) {
      const service = start();
      await service.url;
      await sleep(6_000 * random.uniform() ** 2);
      service.child.kill('SIGKILL');
      await service.ended;
      const after = await inspect();
      expect(after.to).toBeGreaterThanOrEqual(before.to);
      expect(after.latest).toBeGreaterThanOrEqual(before.latest);
      expect(after.runs).toBeGreaterThanOrEqual(before.runs);
      expect(after.scored).toBeGreaterThanOrEqual(before.scored);
      before = after;
    }

    const service = start();
    const url = await service.url;
    const now = async () => Date.parse((await (await fetch(`${url}/v1/status`)).json()).now) / 3_600_000;
    // From where it was, neither from the beginning nor with an hour left out.
    expect(await now()).toBeGreaterThanOrEqual(Math.max(0, before.to - 1));
    // Where every kill came before there was any weather, it begins with the first hour: then the runs before it are waited for.
    const isThere = async () => {
      const { latest, runs } = await inspect();
      return latest >= before.to + 3 && runs >= 36;
    };
    while ((await fetch(`${url}/health/ready`)).status !== 200 || !(await isThere())) await sleep(200);
    const { latest } = await inspect();
    const inits = await openStores(root).runs.list(DEMO_DATASET);
    expect(inits.slice(-36)).toEqual(Array.from({ length: 36 }, (_, index) => inits.at(-1)! - 35 + index));
    expect(latest).toBeGreaterThanOrEqual(before.to + 3);

    service.child.kill('SIGTERM');
    expect(await service.ended).toEqual({ code: 0, signal: null });
    await inspect();
  });
});
