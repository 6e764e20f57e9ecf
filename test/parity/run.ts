/**
 * `npm run parity -- DIR [--engine tensorflow|onnx|all]`: holds the networks against the reference's numbers in every
 * fixture (*.safetensors) of a folder. Prints a table; the exit status is 1 when anything is not equal within its
 * tolerance, or a file cannot be read as a fixture.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openTensorFlow } from '../../models/engine/tensorflow-backend.ts';
import { describeError, KernelcastError } from '../../src/errors.ts';
import { type Outcome, runCheck } from './check.ts';
import { checksOf } from './checks.ts';
import { ENGINES, type Engine } from './engines.ts';
import { readFixture } from './fixture.ts';

const COLUMNS = ['file', 'quantity', 'engine', 'max abs', 'max rel', 'tolerance', ''];
const WIDTHS = [24, 32, 10, 9, 9, 9, 4];

/** @returns the outcomes, in the order of the files. An error of a file stands for its outcomes. */
export async function runParity(
  folder: string,
  engines: readonly Engine[],
  onOutcome: (outcome: Outcome | { file: string; error: unknown }) => void,
): Promise<boolean> {
  let passed = true;
  for (const file of listFixtures(folder)) {
    try {
      for (const check of checksOf(readFixture(join(folder, file)), basename(file, '.safetensors'))) {
        if (check.engine !== 'host' && !engines.includes(check.engine)) continue;
        const outcome = await runCheck(basename(file, '.safetensors'), check);
        passed &&= outcome.pass;
        onOutcome(outcome);
      }
    } catch (error) {
      passed = false;
      onOutcome({ file, error });
    }
  }
  return passed;
}

/** @throws KernelcastError `NOT_FOUND` when there is no such folder, or no fixture in it. */
export function listFixtures(folder: string): string[] {
  const where = { folder };
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  } catch (cause) {
    throw new KernelcastError('NOT_FOUND', 'the folder of fixtures cannot be read', { where, cause });
  }
  if (names.length === 0) {
    throw new KernelcastError('NOT_FOUND', 'there is no fixture (*.safetensors) in the folder', { where });
  }
  return names.sort();
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => cell.padEnd(WIDTHS[i]))
    .join(' ')
    .trimEnd();
}

function describe(outcome: Outcome): string {
  const { file, quantity, engine, absolute, relative, tolerance, pass, worst } = outcome;
  const numbers = [absolute, relative, tolerance].map((value) => value.toExponential(1));
  const verdict = pass ? 'pass' : 'FAIL';
  return row([file, quantity, engine, ...numbers, verdict]) + (worst && !pass ? ` at ${worst}` : '');
}

function parseEngines(value: string): readonly Engine[] {
  if (value === 'all') return ENGINES;
  const engine = ENGINES.find((each) => each === value);
  if (engine) return [engine];
  throw new KernelcastError('USAGE', `there is no engine '${value}'`, { hint: `One of ${ENGINES.join(', ')}, all.` });
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { engine: { type: 'string', default: 'all' } },
  });
  if (positionals.length !== 1) {
    throw new KernelcastError('USAGE', 'name one folder of fixtures', {
      hint: 'npm run parity -- ../shared/fixtures/parity --engine all',
    });
  }
  const engines = parseEngines(values.engine);
  if (engines.includes('tensorflow')) {
    const { name, version } = await openTensorFlow();
    process.stdout.write(`tensorflow is ${name} ${version}\n`);
  }
  process.stdout.write(`${row(COLUMNS)}\n`);
  let count = 0;
  const passed = await runParity(positionals[0], engines, (outcome) => {
    count++;
    process.stdout.write('error' in outcome ? `${describeError(outcome.error)}\n` : `${describe(outcome)}\n`);
  });
  if (count === 0) throw new KernelcastError('NOT_FOUND', `no fixture says anything about ${engines.join(', ')}`);
  process.stdout.write(`${count} quantities compared: ${passed ? 'all pass' : 'NOT all pass'}\n`);
  return passed;
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.exitCode = (await main()) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  }
}
