/**
 * `npm run setup:tensorflow [-- --gpu | --wheel NAME | --official]`: gives `@tensorflow/tfjs-node-gpu` its native half, so
 * that training runs at full speed. `models/engine/README.md` says what it takes from where, and how to go through
 * mirrors. Every step is left out when its result is there, so that an interrupted setup goes on where it was.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, KernelcastError } from '../errors.ts';
import { buildBinding, installOfficial } from './setup-tensorflow/binding.ts';
import { checkRequirements } from './setup-tensorflow/requirements.ts';
import { run, say } from './setup-tensorflow/steps.ts';
import { layWheel } from './setup-tensorflow/wheel.ts';

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

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const PROOF = `
import { openTensorFlow } from ${JSON.stringify(new URL(`../../models/engine/tensorflow-backend.${extension}`, import.meta.url).href)};
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
