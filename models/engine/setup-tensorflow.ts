/**
 * `npm run setup:tensorflow [-- --gpu | --wheel NAME | --official]`: gives `@tensorflow/tfjs-node-gpu` its native half, so
 * that training runs at full speed. The README beside this file says what it takes from where, and how to go through
 * mirrors. Every step is left out when its result is there, so that an interrupted setup goes on where it was.
 */
import { statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, KernelcastError } from '../../src/errors.ts';
import { buildBinding, installOfficial } from './setup/binding.ts';
import { answers, run, say } from './setup/steps.ts';
import { layWheel } from './setup/wheel.ts';

/** The CPU wheel is 0.3 GB and what is taken from it 0.9 GB; with CUDA it is several times that. */
const NEEDED_BYTES = { cpu: 2e9, gpu: 12e9 };

interface Options {
  gpu: boolean;
  official: boolean;
  wheel: string;
}

function parseOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        gpu: { type: 'boolean', default: false },
        official: { type: 'boolean', default: false },
        wheel: { type: 'string' },
      },
    });
    const { gpu, official } = values;
    const wheel = values.wheel ?? process.env.KERNELCAST_TENSORFLOW_WHEEL;
    return { gpu, official, wheel: wheel ?? (gpu ? 'tensorflow' : 'tensorflow-cpu') };
  } catch (cause) {
    throw new KernelcastError('USAGE', (cause as Error).message, {
      hint: 'npm run setup:tensorflow [-- --gpu | --wheel NAME | --official]',
    });
  }
}

function findPackage(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  } catch (cause) {
    throw new KernelcastError('ENVIRONMENT', 'the package @tensorflow/tfjs-node-gpu is not installed', {
      hint: 'It is an optional dependency: run `npm install` without --omit=optional.',
      cause,
    });
  }
}

function checkRequirements(packageFolder: string, { gpu, official }: Options): void {
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
      'import pip; assert tuple(map(int, pip.__version__.split(".")[:2])) >= (22, 2)',
    ]);
    needs.push([pip, 'pip 22.2 or newer (python3 -m pip install --upgrade pip)']);
  }
  if (gpu) needs.push([answers('nvidia-smi', []), "an NVIDIA GPU and its driver ('nvidia-smi' must answer)"]);
  const missing = needs.filter(([found]) => !found).map(([, name]) => name);
  if (missing.length > 0) {
    throw new KernelcastError('ENVIRONMENT', `this needs ${missing.join(', ')}`, {
      hint: 'Install it, then run again.',
    });
  }
  const needed = gpu ? NEEDED_BYTES.gpu : NEEDED_BYTES.cpu;
  const { bavail, bsize } = statfsSync(packageFolder);
  if (bavail * bsize < needed) {
    throw new KernelcastError('ENVIRONMENT', 'not enough free disk', {
      where: { folder: packageFolder, free: `${(bavail * bsize) / 1e9} GB`, needed: `${needed / 1e9} GB` },
    });
  }
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const PROOF = `
import { openTensorFlow } from ${JSON.stringify(new URL(`./tensorflow-backend.${extension}`, import.meta.url).href)};
const { tf, report } = await openTensorFlow('native');
const gradient = tf.grad((x) => tf.depthwiseConv2d(x, tf.ones([3, 3, 2, 1]), 1, 'same').sum())(tf.ones([1, 4, 4, 2]));
const corner = (await gradient.data())[0];
if (corner !== 4) throw new Error('a gradient came out as ' + corner + ', not 4');
console.log(report.name + ' on the ' + report.device.toUpperCase());
`;

/** In a process of its own: a library that does not fit ends the process, not the setup. */
function proof(): string {
  const args = [...process.execArgv, '--input-type=module', '--eval', PROOF];
  return run(process.execPath, args, 'a gradient with it', {
    hint: 'The lines above say why. To start afresh, delete `deps` and `lib` in node_modules/@tensorflow/tfjs-node-gpu.',
  }).trim();
}

async function main(): Promise<void> {
  const options = parseOptions();
  const packageFolder = findPackage();
  checkRequirements(packageFolder, options);
  if (options.official) {
    installOfficial(packageFolder, options.gpu);
  } else {
    await layWheel(join(packageFolder, 'deps'), options.wheel, options.gpu);
    buildBinding(packageFolder);
  }
  say(`ready: ${proof()}`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
