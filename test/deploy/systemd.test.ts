/** The units are units to systemd, and start what the command line knows. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at, heard, read, readVariables } from './support.ts';
import { readUnit } from './unit-file.ts';

const UNITS = readdirSync(at('deploy/systemd')).filter((name) => name.endsWith('.service'));
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
const shared = readVariables(read('deploy/systemd/kernelcast.env'));

describe('the units for systemd', () => {
  it.each(UNITS)('%s starts what the command line knows', async (name) => {
    const { command, environment } = readUnit(read('deploy/systemd', name), 'worker');
    const options = await heard(command.slice(1), { ...environment, ...shared });
    expect(options).toMatchObject({ dataset: 'mine', inbox: '/var/lib/kernelcast/inbox', keepDays: 90 });
    expect(options.role).toBe(name.includes('@') ? 'worker' : 'all');
  });

  it('the roles of a cluster fit on one machine', async () => {
    const ports = ['api', 'worker'].map((role) => readVariables(read('deploy/systemd', `${role}.env`)));
    const heardPorts = await Promise.all(ports.map(async (variables) => (await heard(['start'], variables)).port));
    expect(new Set(heardPorts).size).toBe(2);
  });

  it.each(UNITS)('%s gives the service longer than it takes to end, and its state a folder of its own', (name) => {
    const { one, user } = readUnit(read('deploy/systemd', name), 'worker');
    expect(Number(one('TimeoutStopSec'))).toBeGreaterThan(50);
    expect(one('StateDirectory')).toBe('kernelcast');
    expect(read('deploy/systemd/kernelcast.sysusers.conf')).toMatch(new RegExp(`^u ${user} `, 'm'));
  });

  it.skipIf(!hasSystemd).each(UNITS)('%s is a unit for systemd-analyze (skipped without it)', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'units-'));
    try {
      const text = read('deploy/systemd', name).replace('/opt/kernelcast/bin/kernelcast', process.execPath);
      const path = join(folder, name.replace('@', '@worker'));
      writeFileSync(path, text);
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
      expect(stderr.split('\n').filter((line) => line.includes(folder))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
