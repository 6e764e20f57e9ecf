import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runService, type ServiceOptions } from '../../../jobs/service/service.ts';
import { openStores } from '../../../jobs/service/stores.ts';
import type { Work } from '../../../jobs/service/work.ts';
import { systemClock } from '../../../src/domain/clock.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'service-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Work that prepares until it is stopped. */
function idleWork(events: string[] = []): Work {
  return {
    clock: systemClock,
    attempts: () => [],
    status: () => ({ clock: { kind: 'system' }, dataset: 'demo', jobs: [], preparing: 'making weather' }),
    async run(signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      events.push('work stopped');
    },
  };
}

function start(work: Work, more: Partial<ServiceOptions> = {}) {
  const stop = new AbortController();
  let listening = (_url: string) => {};
  const url = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const options = {
    root,
    stores: openStores(root),
    host: '127.0.0.1',
    port: 0,
    log: createLog('silent'),
    version: '1',
    examine: async () => ({ at: 0, checks: [] }),
  };
  const done = runService({ work, ...options, onListening: (at) => listening(at), ...more }, stop.signal);
  return { url, done, stop: () => stop.abort() };
}

function defer<T>() {
  let resolve = (_value: T) => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function errorOf(promise: Promise<unknown>) {
  const error = await promise.catch((reason: unknown) => reason);
  if (!isKernelcastError(error)) throw new Error(`not an error of ours: ${error}`);
  return error;
}

describe('the service', () => {
  it('answers while it is still preparing, and says so; stops when it is told to', async () => {
    const events: string[] = [];
    const service = start(idleWork(events));
    const url = await service.url;
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('making weather');
    service.stop();
    await service.done;
    expect(events).toEqual(['work stopped']);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  it('takes no new requests when it is told to stop, and finishes those under way, also while a job still ends', async () => {
    const [asked, found, ended] = [defer<void>(), defer<void>(), defer<void>()];
    const work: Work = { ...idleWork(), run: () => ended.promise };
    const examine = async () => {
      asked.resolve();
      await found.promise;
      return { at: 0, checks: [] };
    };
    const service = start(work, { examine });
    const url = await service.url;
    const slow = fetch(`${url}/v1/doctor`);
    await asked.promise;
    service.stop();
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    found.resolve();
    expect((await slow).status).toBe(200);
    ended.resolve();
    await service.done;
  });

  it('is alone on its data directory, until it ends', async () => {
    const first = start(idleWork());
    await first.url;
    const error = await errorOf(start(idleWork()).done);
    expect(error.code).toBe('BUSY');
    expect(error.where.folder).toBe(root);
    first.stop();
    await first.done;
    const second = start(idleWork());
    await second.url;
    second.stop();
    await second.done;
  });

  it('says that its port is taken, and lets the data directory go', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const error = await errorOf(start(idleWork(), { port }).done);
    expect(error.code).toBe('ENVIRONMENT');
    expect(error.where.port).toBe(port);
    expect(error.hint).toMatch(/--port/);
    other.close();
    const next = start(idleWork());
    await next.url;
    next.stop();
    await next.done;
  });

  it('ends, and stops answering, when its work fails', async () => {
    const failing: Work = { ...idleWork(), run: () => Promise.reject(new Error('no model')) };
    const service = start(failing);
    await expect(service.done).rejects.toThrow('no model');
    await expect(fetch(`${await service.url}/health/live`)).rejects.toThrow();
  });
});
