import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examine, type Facts } from '../../src/cli/doctor/checks.ts';
import { gatherFacts } from '../../src/cli/doctor/facts.ts';
import { exitStatus } from '../../src/cli/doctor.ts';

const GIGABYTE = 2 ** 30;
const healthy: Facts = {
  node: 'v20.20.2',
  oldestNode: '20.19.0',
  brokenPackages: [],
  memory: 8 * GIGABYTE,
  cores: 4,
  training: { name: 'TensorFlow 2.21.0', device: 'cpu', why: 'its native half is installed' },
  serving: { name: 'ONNX Runtime 1.30.0', device: 'cpu', why: 'the CUDA provider of ONNX Runtime is not installed' },
  store: { folder: '/data', problem: null },
  freeDisk: 50 * GIGABYTE,
  now: Date.UTC(2026, 0, 2),
  installedAt: Date.UTC(2026, 0, 1),
  port: { host: '127.0.0.1', port: 8080, problem: null },
};

test('a machine that lacks nothing passes every check', () => {
  const findings = examine(healthy);
  expect(findings.map(({ check }) => check)).toEqual([
    'node',
    'packages',
    'memory',
    'cores',
    'training',
    'serving',
    'store',
    'disk',
    'clock',
    'port',
  ]);
  expect(findings.filter(({ state, mend }) => state !== 'ok' || mend !== null)).toEqual([]);
  expect(exitStatus(findings)).toBe(0);
});

test.each<[string, 'warn' | 'fail', Partial<Facts>, RegExp]>([
  ['node', 'fail', { node: 'v20.18.9' }, /20\.19\.0/],
  ['node', 'fail', { node: 'v18.20.0' }, /20\.19\.0/],
  ['packages', 'fail', { brokenPackages: [{ name: 'onnxruntime-node', problem: 'no glibc' }] }, /npm ci/],
  ['memory', 'warn', { memory: 2 * GIGABYTE }, /fewer stations/],
  ['memory', 'fail', { memory: 0.5 * GIGABYTE }, /more memory/],
  ['cores', 'warn', { cores: 1 }, /two cores/],
  [
    'training',
    'warn',
    { training: { name: 'TensorFlow.js (plain JavaScript) 4.22.0', device: 'cpu', why: '' } },
    /setup:tensorflow/,
  ],
  ['training', 'warn', { training: { problem: 'no GPU' } }, /setup:tensorflow/],
  ['training', 'warn', { training: { problem: 'no GPU', mend: 'Buy one.' } }, /^Serving does without\. Buy one\.$/],
  ['serving', 'fail', { serving: { problem: 'no library' } }, /npm ci/],
  ['serving', 'fail', { serving: { problem: 'no CUDA', mend: 'Choose another engine.' } }, /^Choose another engine\.$/],
  ['store', 'fail', { store: { folder: '/data', problem: 'EACCES' } }, /--data/],
  ['disk', 'warn', { freeDisk: GIGABYTE }, /room/],
  ['disk', 'fail', { freeDisk: 0 }, /room/],
  ['clock', 'fail', { now: Date.UTC(1970, 0, 1) }, /clock/],
  ['port', 'fail', { port: { host: '127.0.0.1', port: 80, problem: 'EACCES' } }, /--port/],
])('%s: %s when it is %o, and how to mend it', (check, state, wrong, mend) => {
  const findings = examine({ ...healthy, ...wrong });
  const [finding, ...others] = findings.filter((each) => each.state !== 'ok');
  expect(finding).toMatchObject({ check, state, mend: expect.stringMatching(mend) });
  expect(others).toEqual([]);
  expect(exitStatus(findings)).toBe(state === 'fail' ? 69 : 0);
});

test('a newer Node, or a disk that does not tell, is no problem', () => {
  const findings = examine({ ...healthy, node: 'v24.0.0', freeDisk: null });
  expect(findings.every(({ state }) => state === 'ok')).toBe(true);
});

test('this machine is looked at: a port that is taken, a folder that is not there yet, engines that compute', async () => {
  const root = await mkdtemp(join(tmpdir(), 'doctor-'));
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const facts = await gatherFacts({ data: join(root, 'not', 'there'), host: '127.0.0.1', port });
  taken.close();
  await rm(root, { recursive: true });
  expect(facts.port.problem).toMatch(/EADDRINUSE/);
  expect(facts).toMatchObject({ store: { problem: null }, brokenPackages: [], node: process.version });
  expect(facts.freeDisk).toBeGreaterThan(0);
  expect(facts.serving).toMatchObject({ name: expect.stringMatching(/^ONNX Runtime/) });
  expect(facts.training).toMatchObject({ name: expect.stringMatching(/^TensorFlow/) });
});

test('a file in the place of the data directory is found', async () => {
  const facts = await gatherFacts({ data: import.meta.filename, host: '127.0.0.1', port: 0 });
  expect(facts.store.problem).toMatch(/ENOTDIR|not a directory/);
});
