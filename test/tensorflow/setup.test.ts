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
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkRequirements } from '../../src/cli/setup-tensorflow/requirements.ts';
import { layWheel } from '../../src/cli/setup-tensorflow/wheel.ts';
import { type PackageIndex, servePackages } from './package-index.ts';

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
    'tensorflow/python/big.py': 'not wanted'.repeat(100_000),
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
    'import sys,json,zipfile\nwith zipfile.ZipFile(sys.argv[1],"w") as z:\n for n,t in json.load(sys.stdin).items(): z.writestr(n,t)';
  const file = join(root, 'wheels', `${name}-${version}-py3-none-any.whl`);
  spawnSync('python3', ['-c', script, file], { input: JSON.stringify(all) });
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

testWithPip('a wheel that is not there is one clear error', async () => {
  await expect(layWheel(deps(), join(root, 'none.whl'), false)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

describe('from an index', () => {
  /** Of which pip is told, as behind a mirror. */
  async function index(manner?: Parameters<typeof servePackages>[1]): Promise<PackageIndex> {
    const served = await servePackages(join(root, 'wheels'), manner);
    for (const name of ['PIP_NO_INDEX', 'PIP_FIND_LINKS', 'PIP_EXTRA_INDEX_URL', 'PIP_CONSTRAINT'])
      vi.stubEnv(name, '');
    vi.stubEnv('PIP_CONFIG_FILE', '/dev/null');
    vi.stubEnv('PIP_INDEX_URL', served.url);
    return served;
  }
  const files = ({ requests }: PackageIndex) => requests.filter(({ file }) => file.endsWith('.whl'));

  testWithPip('an interrupted download goes on where it broke off', async () => {
    const served = await index({ breaksOff: true });
    await layWheel(deps(), 'tensorflow', false);
    expect(files(served).map(({ range }) => range)).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d+-$/)]);
    expect(laid('lib/libtensorflow.so')).toBe('library');
    expect(readdirSync(root).sort()).toEqual(['deps', 'wheels']);
  });

  testWithPip(
    'a file that is not what the index promises is refused and deleted, and what was there stays',
    async () => {
      const served = await index({ lies: true });
      mkdirSync(deps());
      writeFileSync(join(deps(), 'before'), '');
      await expect(layWheel(deps(), 'tensorflow', false)).rejects.toMatchObject({
        code: 'ENVIRONMENT',
        where: { expected: expect.stringMatching(/^[0-9a-f]{64}$/), found: expect.stringMatching(/^[0-9a-f]{64}$/) },
      });
      expect(files(served)).toHaveLength(1);
      expect(readdirSync(join(root, 'deps-download'))).toEqual([]);
      expect(existsSync(join(deps(), 'before'))).toBe(true);
    },
  );

  testWithPip('where only pip gets through, pip downloads', async () => {
    const served = await index({ onlyPip: true });
    await layWheel(deps(), 'tensorflow', false);
    expect(files(served).map(({ agent }) => agent?.split('/')[0])).toEqual(['kernelcast', 'pip']);
    expect(laid('lib/libtensorflow.so')).toBe('library');
  });
});

testWithPip('a wheel that does not exist is one clear error that names the mirrors', async () => {
  await expect(layWheel(deps(), 'tensorflow-none', false)).rejects.toMatchObject({
    code: 'ENVIRONMENT',
    hint: expect.stringContaining('PIP_INDEX_URL'),
  });
});

describe('what is missing is named before anything begins', () => {
  /** A machine on which only these programs are, and do nothing well. */
  function machineWith(...programs: string[]): void {
    const folder = join(root, 'bin');
    mkdirSync(folder);
    for (const name of programs) writeFileSync(join(folder, name), '#!/bin/sh\n', { mode: 0o755 });
    vi.stubEnv('PATH', folder);
  }
  const CPU = { gpu: false, official: false };

  test.each([
    ['python3', ['make', 'c++'], /python3 \(.*pip 21\.2/],
    ['a compiler', ['make', 'python3'], /^this needs a C\+\+ compiler \([^)]*\)$/],
    ['make', ['c++', 'python3'], /^this needs make \([^)]*\)$/],
  ])('%s', (_, programs, message) => {
    machineWith(...programs);
    expect(() => checkRequirements(root, CPU)).toThrow(message);
  });

  test('a GPU, where it is for one', () => {
    machineWith('make', 'c++', 'python3');
    expect(() => checkRequirements(root, { gpu: true, official: false })).toThrow(/NVIDIA GPU/);
  });

  test('room on the disk', () => {
    machineWith('make', 'c++', 'python3');
    expect(() => checkRequirements(root, CPU, () => 3e9)).not.toThrow();
    expect(() => checkRequirements(root, CPU, () => 1e9)).toThrow(/not enough free disk/);
  });
});
