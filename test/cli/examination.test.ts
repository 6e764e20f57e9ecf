import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { examiner } from '../../src/cli/doctor/examination.ts';
import { temporaryFolder } from '../store/support.ts';

/** A program in the place of the command line: counts its calls in the data directory, and answers as the doctor does. */
const PROGRAM = `
import { appendFileSync, readFileSync } from 'node:fs';
const data = process.argv[process.argv.indexOf('--data') + 1];
appendFileSync(data + '/calls', 'x');
if (readFileSync(data + '/calls', 'utf8').length === 1) process.exit(1);
console.log(JSON.stringify({ checks: [
  { check: 'node', state: 'ok', found: process.argv.slice(2).join(' '), mend: null },
  { check: 'port', state: 'fail', found: 'taken', mend: 'stop it' },
] }));
process.exitCode = 69;
`;

test('the doctor is asked in a process of its own, says nothing of the port, and is not asked again for a while', async () => {
  const data = temporaryFolder();
  const program = join(data, 'program.mjs');
  await writeFile(program, PROGRAM);
  vi.spyOn(process, 'argv', 'get').mockReturnValue([process.execPath, program]);
  vi.spyOn(process, 'execArgv', 'get').mockReturnValue([]);
  const examine = examiner(data);
  await expect(examine()).rejects.toMatchObject({ code: 'ENVIRONMENT' });
  const [one, other] = await Promise.all([examine(), examine()]);
  expect(other).toBe(one);
  expect(one.checks).toEqual([
    { check: 'node', state: 'ok', found: `doctor --json --data ${data} --port 0`, mend: null },
  ]);
});
