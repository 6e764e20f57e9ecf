/** The setup's own part: what it takes from wheels, checked and laid. The wheels here are tiny, and pip finds them in a folder. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { layWheel } from '../../models/engine/setup/wheel.ts';

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;
const testWithPip = test.skipIf(!hasPip);
const WHEEL = 'tensorflow-9.0-py3-none-any.whl';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kernelcast-setup-'));
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', join(root, 'wheels'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  writeWheel('tensorflow', ['nvidia-little-cu12<2,>=1 ; extra == "and-cuda"', 'numpy ; extra == "other"'], {
    'tensorflow/libtensorflow_cc.so.2': 'library',
    'tensorflow/libtensorflow_framework.so.2': 'framework',
    'tensorflow/include/tensorflow/c/c_api.h': 'header',
    'tensorflow/python/big.py': 'not wanted',
  });
  writeWheel('nvidia_little_cu12', [], { 'nvidia/little/lib/liblittle.so.12': 'cuda' }, '1.5');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

function writeWheel(name: string, requirements: string[], files: Record<string, string>, version = '9.0'): void {
  const info = `${name}-${version}.dist-info`;
  const metadata = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`, 'Provides-Extra: and-cuda'];
  const all = {
    ...files,
    [`${info}/METADATA`]: [...metadata, ...requirements.map((each) => `Requires-Dist: ${each}`), ''].join('\n'),
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  };
  mkdirSync(join(root, 'wheels'), { recursive: true });
  const script =
    'import sys,json,zipfile\nwith zipfile.ZipFile(sys.argv[1],"w") as z:\n for n,t in json.loads(sys.argv[2]).items(): z.writestr(n,t)';
  spawnSync('python3', [
    '-c',
    script,
    join(root, 'wheels', `${name}-${version}-py3-none-any.whl`),
    JSON.stringify(all),
  ]);
}

const deps = () => join(root, 'deps');
const laid = (name: string) => readFileSync(join(deps(), name), 'utf8');

testWithPip('libraries and headers lie where the binding looks for them, and nothing is left behind', async () => {
  await layWheel(deps(), 'tensorflow', false);
  expect(laid('lib/libtensorflow.so')).toBe('library');
  expect(laid('lib/libtensorflow_framework.so.2')).toBe('framework');
  expect(laid('include/tensorflow/c/c_api.h')).toBe('header');
  expect(readlinkSync(join(deps(), 'lib/libtensorflow_cc.so.2'))).toBe('libtensorflow.so');
  expect(readdirSync(root).sort()).toEqual(['deps', 'wheels']);
  expect(existsSync(join(deps(), 'lib/liblittle.so.12'))).toBe(false);
});

testWithPip('with CUDA, the libraries that the wheel asks for lie beside it', async () => {
  await layWheel(deps(), 'tensorflow', true);
  expect(laid('lib/liblittle.so.12')).toBe('cuda');
});

testWithPip('a second time does nothing; another kind starts afresh', async () => {
  await layWheel(deps(), 'tensorflow', false);
  writeFileSync(join(deps(), 'mark'), '');
  await layWheel(deps(), 'tensorflow', false);
  expect(existsSync(join(deps(), 'mark'))).toBe(true);
  await layWheel(deps(), 'tensorflow', true);
  expect(existsSync(join(deps(), 'mark'))).toBe(false);
});

testWithPip('a wheel on the disk needs no registry', async () => {
  vi.stubEnv('PIP_FIND_LINKS', '');
  await layWheel(deps(), join(root, 'wheels', WHEEL), false);
  expect(laid('lib/libtensorflow.so')).toBe('library');
});

testWithPip('a file that is not what the index promises is refused and deleted, and what was there stays', async () => {
  mkdirSync(join(root, 'deps-download'));
  const planted = join(root, 'deps-download', WHEEL);
  writeFileSync(planted, 'something else');
  mkdirSync(deps());
  writeFileSync(join(deps(), 'before'), '');
  await expect(layWheel(deps(), 'tensorflow', false)).rejects.toMatchObject({
    code: 'ENVIRONMENT',
    where: { expected: expect.stringMatching(/^[0-9a-f]{64}$/), found: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(existsSync(planted)).toBe(false);
  expect(existsSync(join(deps(), 'before'))).toBe(true);
});

testWithPip('a wheel that does not exist is one clear error that names the mirrors', async () => {
  await expect(layWheel(deps(), 'tensorflow-none', false)).rejects.toMatchObject({
    code: 'ENVIRONMENT',
    hint: expect.stringContaining('PIP_INDEX_URL'),
  });
});
