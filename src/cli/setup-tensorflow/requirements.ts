/** What a setup needs of a machine, looked for before it begins. */
import { statfsSync } from 'node:fs';
import { KernelcastError } from '../../errors.ts';
import { answers } from './steps.ts';

/** The CPU wheel is 0.3 GB and what is taken from it 0.9 GB; with CUDA it is several times that. */
const NEEDED_BYTES = { cpu: 2e9, gpu: 12e9 };

/** @throws KernelcastError `ENVIRONMENT` that names all that is missing, and how to get it */
export function checkRequirements(
  packageFolder: string,
  { gpu, official }: { gpu: boolean; official: boolean },
  freeBytes = freeBytesIn,
): void {
  if (!official && process.platform !== 'linux') {
    throw new KernelcastError(
      'ENVIRONMENT',
      `the wheels hold what is needed for Linux only, not for ${process.platform}`,
      {
        hint: 'Use --official.',
      },
    );
  }
  const needs: [found: boolean, name: string][] = [
    [answers('make', ['--version']), 'make (Debian: apt-get install make)'],
    [answers('c++', ['--version']), 'a C++ compiler (Debian: apt-get install g++)'],
    [answers('python3', ['--version']), 'python3 (Debian: apt-get install python3)'],
  ];
  if (!official) {
    const pip = answers('python3', [
      '-c',
      'import pip; assert tuple(map(int, pip.__version__.split(".")[:2])) >= (21, 2)',
    ]);
    needs.push([pip, 'pip 21.2 or newer (python3 -m pip install --upgrade pip)']);
  }
  if (gpu) needs.push([answers('nvidia-smi', []), "an NVIDIA GPU and its driver ('nvidia-smi' must answer)"]);
  const missing = needs.filter(([found]) => !found).map(([, name]) => name);
  if (missing.length > 0) {
    throw new KernelcastError('ENVIRONMENT', `this needs ${missing.join(', ')}`, {
      hint: 'Install it, then run again.',
    });
  }
  const needed = gpu ? NEEDED_BYTES.gpu : NEEDED_BYTES.cpu;
  const free = freeBytes(packageFolder);
  if (free < needed) {
    throw new KernelcastError('ENVIRONMENT', 'not enough free disk', {
      where: { folder: packageFolder, free: `${(free / 1e9).toFixed(1)} GB`, needed: `${needed / 1e9} GB` },
      hint: 'Make room there, then run again.',
    });
  }
}

function freeBytesIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
