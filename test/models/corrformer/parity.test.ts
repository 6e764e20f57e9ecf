/**
 * CorrFormer against numbers of the reference, on plain TensorFlow.js (`test/parity` does the same on ONNX Runtime).
 *
 * In `ts_corrformer` two lags of one head are 4e-6 apart: an engine whose rounding puts them the other way round is as
 * right as the reference, but far from it. Both engines put them in the reference's order. The modules, whose inputs were
 * recorded, do not depend on it.
 */
import { describe, expect, it } from 'vitest';
import { runCheck } from '../../parity/check.ts';
import { corrFormerChecks, partChecks } from '../../parity/corrformer-checks.ts';
import { CORRFORMER_PARTS } from '../../parity/corrformer-parts.ts';
import { ownFixture } from '../../parity/fixture.ts';

const FORECASTS = {
  ts_unireplknet_tokens: ['y_eval', 'y_fused from reparameterize(w)', 'loss and gradients'],
  ts_unireplknet_raw: ['y_eval', 'y_fused from reparameterize(w)', 'loss and gradients'],
  ts_corrformer: ['y_eval', 'loss and gradients'],
};

describe.each(Object.entries(FORECASTS))('%s equals the reference in', (name, quantities) => {
  const checks = corrFormerChecks(ownFixture(name), name).filter(({ engine }) => engine === 'tensorflow');

  it.each(quantities)('%s', async (quantity) => {
    const check = checks.find((each) => each.quantity === quantity)!;
    expect(check.tolerance).toBeLessThanOrEqual(2e-4);
    expect(await runCheck(name, check)).toMatchObject({ pass: true });
  });
});

describe("by itself, with the reference's inputs, equals the reference:", () => {
  const name = 'ts_corrformer_parts';
  const checks = partChecks(ownFixture(name), name).filter(({ engine }) => engine === 'tensorflow');

  it.each(Object.keys(CORRFORMER_PARTS))('%s', async (part) => {
    const check = checks.find((each) => each.quantity === part)!;
    expect(check.tolerance).toBeLessThanOrEqual(2e-5);
    expect(await runCheck(name, check)).toMatchObject({ pass: true });
  });
});
