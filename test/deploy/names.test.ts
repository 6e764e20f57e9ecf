/** The ways to deploy set the same names to the same values: who knows one of them knows them all. */
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readCompose } from './compose-file.ts';
import { read, readVariables, settings } from './support.ts';
import { readUnit } from './unit-file.ts';

const compose = readCompose(['compose.yaml']).services.worker.environment!;
const map = parseAllDocuments(read('deploy/kubernetes/settings.yaml'))
  .map((document) => document.toJS())
  .find(({ kind }) => kind === 'ConfigMap').data as Record<string, string>;
const unit = readUnit(read('deploy/systemd/kernelcast@.service'), 'worker');
const systemd = { ...unit.environment, ...readVariables(read('deploy/systemd/kernelcast.env')) };

describe('compose, Kubernetes and systemd', () => {
  it('set the same names', () => {
    // What is said elsewhere: the role by an argument, the URL by a secret, the folder of the data by the image.
    const elsewhere = ['KERNELCAST_ROLE', 'KERNELCAST_DATABASE_URL', 'KERNELCAST_DATA'];
    const [first, ...others] = [compose, map, systemd].map((its) =>
      settings(its).filter((name) => !elsewhere.includes(name)),
    );
    expect(first).toContain('KERNELCAST_INBOX');
    for (const other of others) expect(other).toEqual(first);
  });

  it('to the same values, but for where the data lie', () => {
    for (const name of [
      'KERNELCAST_DATASET',
      'KERNELCAST_KEEP_DAYS',
      'KERNELCAST_LOG',
      'KERNELCAST_STATIONS',
    ] as const) {
      const value = compose[name as keyof typeof compose];
      expect([map[name], (systemd as Record<string, string>)[name]], name).toEqual([value, value]);
    }
    expect(`${(systemd as Record<string, string>).KERNELCAST_DATA}/inbox`).toBe(
      (systemd as Record<string, string>).KERNELCAST_INBOX,
    );
  });
});
