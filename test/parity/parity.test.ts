import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '../../models/weights/safetensors.ts';
import type { Outcome } from './check.ts';
import { ownFixture } from './fixture.ts';
import { runParity } from './run.ts';

const FIXTURES = new URL('../fixtures/parity', import.meta.url).pathname;

type Told = Outcome | { file: string; error: unknown };

async function run(folder: string): Promise<{ passed: boolean; told: Told[] }> {
  const told: Told[] = [];
  return { passed: await runParity(folder, ['onnx'], (outcome) => told.push(outcome)), told };
}

describe('the networks on ONNX Runtime', () => {
  it('equal the reference in every fixture and quantity', async () => {
    const { told } = await run(FIXTURES);
    const quantities = (file: string) =>
      told.map((outcome) => ('error' in outcome || outcome.file !== file ? '' : outcome.quantity)).filter(Boolean);
    expect(told.filter((outcome) => 'error' in outcome || !outcome.pass)).toEqual([]);
    const forms = ['y_eval', 'y_fused from f/', 'y_fused from reparameterize(w)', 'f/ from reparameterize(w)'];
    for (const kernel of [3, 5, 7, 9, 11, 13, 15, 17]) expect(quantities(`block_k${kernel}`)).toEqual(forms);
    expect(quantities('net_tiny')).toEqual(forms);
    expect(quantities('ts_unireplknet_raw')).toEqual(['y_eval', 'y_fused from reparameterize(w)']);
    expect(quantities('ts_corrformer_parts')).toHaveLength(10);
  }, 120_000);
});

describe('parity', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parity-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('fails on results that are not those of the network', async () => {
    const fixture = ownFixture('block_k3');
    const { shape, values } = fixture.get('y_eval')!;
    fixture.set('y_eval', { shape, values: values.map((value, i) => (i === 7 ? value + 1e-3 : value)) });
    writeFileSync(join(folder, 'block_k3.safetensors'), encodeSafetensors(fixture));
    const { passed, told } = await run(folder);
    expect(passed).toBe(false);
    expect(told.map((outcome) => 'pass' in outcome && outcome.pass)).toEqual([false, true, true, true]);
  });

  it('names a file that is no fixture, and goes on with the others', async () => {
    writeFileSync(
      join(folder, 'a.safetensors'),
      encodeSafetensors(new Map([['x', { shape: [1], values: new Float32Array(1) }]])),
    );
    copyFileSync(join(FIXTURES, 'block_k3.safetensors'), join(folder, 'b.safetensors'));
    const { passed, told } = await run(folder);
    expect(passed).toBe(false);
    expect(told[0]).toMatchObject({
      file: 'a.safetensors',
      error: { code: 'FORMAT', where: { file: 'a', tensors: 'x' } },
    });
    expect(told.slice(1)).toHaveLength(4);
  });

  it('does not take an empty or missing folder for success', async () => {
    await expect(run(folder)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(run(join(folder, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
