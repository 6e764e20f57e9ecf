import { describe, expect, test } from 'vitest';
import type { Ops } from '../../../models/engine/ops.ts';
import { runOnOnnx, type Setting } from '../../parity/engines.ts';
import type { Dense } from './dense.ts';
import { OPS_CASES, type OpsCase } from './ops-cases.ts';

/** A kernel is dilated when the graph is written, so it must be known by then. */
const onInputs = OPS_CASES.filter(({ name }) => !name.startsWith('dilateKernel'));

type Program = <T>(ops: Ops<T>, inputs: T[]) => T;

interface How {
  /** The inputs' shapes in the graph, where they differ from what is fed (-1 for a dynamic size). */
  declared?: readonly (readonly number[])[];
  /** The inputs from this one on are constants of the graph. Default: none. */
  constantsFrom?: number;
}

async function check({ expected }: OpsCase, program: Program, inputs: readonly Dense[], how: How = {}) {
  const { declared = inputs.map((input) => input.shape), constantsFrom = inputs.length } = how;
  const fed = inputs.slice(0, constantsFrom).map((input, i) => [`x${i}`, input] as const);
  const setting: Setting = {
    network: (ops, _, given) => {
      const constants = inputs.slice(constantsFrom).map(({ data, shape }) => ops.constant(data, shape));
      return { y: program(ops, [...fed.map(([name]) => given[name]), ...constants]) };
    },
    weights: new Map(),
    inputs: Object.fromEntries(fed.map(([name, { shape, data }]) => [name, { shape, values: data }])),
  };
  const { y } = await runOnOnnx(setting, Object.fromEntries(fed.map(([name], i) => [name, declared[i]])));
  expect(y.shape).toEqual(expected.shape);
  for (const [i, value] of expected.data.entries()) expect(y.values[i]).toBeCloseTo(value, 5);
}

describe('each operation gives what plain loops give', () => {
  test.each(onInputs)('$name', (one) => check(one, one.build, one.inputs));
});

describe('each operation takes constants, which are laid out when the graph is written', () => {
  test.each(OPS_CASES)('$name', (one) => check(one, one.build, one.inputs, { constantsFrom: 0 }));
});

/** [n, ...] with its first axis moved to the end, and back by a transposition that the graph need not carry out. */
function rotate({ shape, data }: Dense): Dense {
  const rows = shape[0];
  const width = data.length / rows;
  const rotated = data.map((_, i) => data[(i % rows) * width + Math.floor(i / rows)]);
  return { shape: [...shape.slice(1), rows], data: rotated };
}

function rotateBack<T>(ops: Ops<T>, x: T): T {
  const rank = ops.shape(x).length;
  return ops.transpose(x, [rank - 1, ...Array.from({ length: rank - 1 }, (_, i) => i)]);
}

describe('each operation takes operands whose axes lie in another order', () => {
  test.each(onInputs)('all operands: $name', (one) =>
    check(
      one,
      (ops, xs) =>
        one.build(
          ops,
          xs.map((x) => rotateBack(ops, x)),
        ),
      one.inputs.map(rotate),
    ),
  );
  test.each(onInputs)('the first operand: $name', (one) =>
    check(one, (ops, [x, ...rest]) => one.build(ops, [rotateBack(ops, x), ...rest]), [
      rotate(one.inputs[0]),
      ...one.inputs.slice(1),
    ]),
  );
  test.each(onInputs)('the first operand, with constants: $name', (one) =>
    check(
      one,
      (ops, [x, ...rest]) => one.build(ops, [rotateBack(ops, x), ...rest]),
      [rotate(one.inputs[0]), ...one.inputs.slice(1)],
      { constantsFrom: 1 },
    ),
  );
});

describe('each operation that treats the first axis as a batch takes one of unknown size', () => {
  // These work on the first axis itself, or spread over it.
  const others =
    /gather of repeated|sum over two axes|broadcasts the tensor|pad with|shared by the other axes|two batches, and a bias/;
  test.each(onInputs.filter(({ name }) => !others.test(name)))('$name', (one) => {
    const [first, ...rest] = one.inputs;
    const open = ({ shape }: Dense) => (shape.length === first.shape.length ? [-1, ...shape.slice(1)] : shape);
    // Operands of the same rank share the batch; the others are weights.
    const sharing = rest.every(({ shape }) => shape.length === first.shape.length && shape[0] === first.shape[0]);
    const how = sharing ? { declared: one.inputs.map(open) } : { declared: [open(first)], constantsFrom: 1 };
    return check(one, one.build, one.inputs, how);
  });

  test('takeAlong says that it cannot spread indices over it', async () => {
    const one = OPS_CASES.find(({ name }) => /shared by the other axes/.test(name))!;
    const how = { declared: [[-1, 3, 4]], constantsFrom: 1 };
    await expect(check(one, one.build, one.inputs, how)).rejects.toMatchObject({ code: 'MODEL', message: /dynamic/ });
  });
});
