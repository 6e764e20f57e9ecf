/** The maps of the senses beside numbers that the reference tools make now, from files that they make now: other seeds than recorded. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { oracleCases } from '../models/modalities/oracle-cases.ts';

const ORACLE = new URL('../models/modalities/oracle.py', import.meta.url).pathname;
/** Debian's packages are for Debian's Python. */
const python = ['python3', '/usr/bin/python3'].find((program) => {
  try {
    execFileSync(program, ['-c', 'import numpy, PIL'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

const root = mkdtempSync(join(tmpdir(), 'kernelcast-oracle-'));
afterAll(() => rmSync(root, { recursive: true }));

describe.skipIf(!python)('files that PIL and numpy make now', () => {
  for (const seed of python ? [101, 102, 103] : []) {
    const folder = mkdtempSync(join(root, `${seed}-`));
    execFileSync(python!, [ORACLE, folder, String(seed)]);
    test.each(oracleCases(folder))(`seed ${seed}: %s`, (_, check) => check());
  }
});
