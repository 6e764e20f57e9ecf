/** Prometheus itself reads the rules, and rings them where recorded figures say that it should. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { at } from './support.ts';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

it.skipIf(!hasPromtool).each([
  ['check', 'rules', 'alerts.yaml'],
  ['test', 'rules', 'alerts.test.yaml'],
])('promtool %s %s deploy/%s (skipped without promtool)', (...args) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: at('deploy'), encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
});
