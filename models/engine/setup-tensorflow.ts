/**
 * `npm run setup:tensorflow`: gives `@tensorflow/tfjs-node-gpu` its native half, so that training runs at full speed.
 *
 * The package's own installer downloads an old libtensorflow from a bucket that many networks do not reach. This takes
 * libtensorflow from TensorFlow's wheel in the Python registry instead (`python3 -m pip`, so pip's mirror settings
 * apply; `KERNELCAST_TENSORFLOW_WHEEL` names another wheel or a file), lays its libraries and headers where the package's
 * own binding.gyp looks for them, builds that binding with npm's node-gyp, and proves the result by a gradient.
 *
 * Every step is skipped when its result is there, so an interrupted setup goes on where it was.
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describeError, KernelcastError } from '../../src/errors.ts';

/** The wheel is 0.3 GB, what is taken from it 0.9 GB. */
const NEEDED_BYTES = 2e9;
const NAPI_VERSION = 8;

function say(text: string): void {
  process.stderr.write(`setup:tensorflow: ${text}\n`);
}

function run(command: string, args: string[], doing: string, options: SpawnSyncOptions = {}): string {
  const result = spawnSync(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    ...options,
  });
  if (result.error || result.status !== 0) {
    throw new KernelcastError('ENVIRONMENT', `${doing} failed`, {
      where: { command: [command, ...args].join(' '), exit: result.status ?? String(result.error) },
      hint: 'The lines above say why. Run the setup again: it goes on where it was.',
    });
  }
  return String(result.stdout ?? '');
}

function checkRequirements(packageFolder: string): void {
  const lacking = [
    ['python3', ['-m', 'pip', '--version'], 'python3 with pip (Debian: apt-get install python3-pip)'],
    ['make', ['--version'], 'make (Debian: apt-get install make)'],
    ['c++', ['--version'], 'a C++ compiler (Debian: apt-get install g++)'],
  ] as const;
  const missing = lacking
    .filter(([command, args]) => spawnSync(command, args, { stdio: 'ignore' }).status !== 0)
    .map(([, , name]) => name);
  if (missing.length > 0) {
    throw new KernelcastError('ENVIRONMENT', `this needs ${missing.join(', ')}`, {
      hint: 'Install it, then run again.',
    });
  }
  const { bavail, bsize } = statfsSync(packageFolder);
  if (bavail * bsize < NEEDED_BYTES) {
    throw new KernelcastError('ENVIRONMENT', 'not enough free disk', {
      where: { folder: packageFolder, free: `${(bavail * bsize) / 1e9} GB`, needed: `${NEEDED_BYTES / 1e9} GB` },
    });
  }
}

/** Downloads the wheel (pip checks its hash against the registry's index) and returns the file's path. */
function fetchWheel(folder: string): string {
  const wanted = process.env.KERNELCAST_TENSORFLOW_WHEEL ?? 'tensorflow-cpu';
  if (wanted.endsWith('.whl') && existsSync(wanted)) return wanted;
  mkdirSync(folder, { recursive: true });
  const find = () => readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (!find()) {
    say(`downloading the wheel '${wanted}' with pip (about 0.3 GB)`);
    const partial = join(folder, 'partial');
    run('python3', ['-m', 'pip', 'download', '--no-deps', '--dest', partial, wanted], 'the download of the wheel');
    for (const name of readdirSync(partial)) renameSync(join(partial, name), join(folder, name));
  }
  const wheel = find();
  if (!wheel) throw new KernelcastError('ENVIRONMENT', `pip gave no wheel for '${wanted}'`);
  return join(folder, wheel);
}

const EXTRACT = `
import sys, zipfile, os, shutil
wheel, target = sys.argv[1:]
names = {'tensorflow/libtensorflow_cc.so.2': 'lib/libtensorflow.so',
         'tensorflow/libtensorflow_framework.so.2': 'lib/libtensorflow_framework.so.2'}
with zipfile.ZipFile(wheel) as z:
    for info in z.infolist():
        name = names.get(info.filename)
        if name is None and info.filename.startswith('tensorflow/include/') and not info.is_dir():
            name = info.filename[len('tensorflow/'):]
        if name is None: continue
        path = os.path.join(target, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with z.open(info) as source, open(path, 'wb') as sink: shutil.copyfileobj(source, sink, 1 << 22)
lib = os.path.join(target, 'lib')
for link, to in (('libtensorflow_cc.so.2', 'libtensorflow.so'), ('libtensorflow.so.2', 'libtensorflow.so'),
                 ('libtensorflow_framework.so', 'libtensorflow_framework.so.2')):
    os.symlink(to, os.path.join(lib, link))
`;

function layLibraries(packageFolder: string): void {
  const deps = join(packageFolder, 'deps');
  if (existsSync(join(deps, 'lib', 'libtensorflow.so'))) return;
  const downloads = join(packageFolder, 'deps-download');
  const wheel = fetchWheel(downloads);
  say('unpacking libtensorflow and its headers (0.9 GB)');
  const partial = join(packageFolder, 'deps-partial');
  rmSync(partial, { recursive: true, force: true });
  run('python3', ['-c', EXTRACT, wheel, partial], 'unpacking the wheel');
  rmSync(deps, { recursive: true, force: true });
  renameSync(partial, deps);
  rmSync(downloads, { recursive: true, force: true });
}

function npmNodeGyp(): string {
  const root = spawnSync('npm', ['root', '--global'], { encoding: 'utf8' }).stdout.trim();
  const gyp = join(root, 'npm', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  if (!existsSync(gyp)) {
    throw new KernelcastError('ENVIRONMENT', "npm's node-gyp is not where it should be", { where: { file: gyp } });
  }
  return gyp;
}

function buildBinding(packageFolder: string): void {
  const modulePath = join(packageFolder, 'lib', `napi-v${NAPI_VERSION}`);
  if (existsSync(join(modulePath, 'tfjs_binding.node'))) return;
  say("building the package's binding with node-gyp");
  const headers = existsSync('/usr/include/node/node_api.h') ? ['--nodedir=/usr'] : [];
  run(
    process.execPath,
    [
      npmNodeGyp(),
      'rebuild',
      ...headers,
      '--module_name=tfjs_binding',
      `--module_path=${modulePath}`,
      `--napi_build_version=${NAPI_VERSION}`,
    ],
    'the build of the binding',
    { cwd: packageFolder },
  );
}

const PROOF = `
import { openTensorFlow } from ${JSON.stringify(new URL(import.meta.url.endsWith('.ts') ? './tensorflow-backend.ts' : './tensorflow-backend.js', import.meta.url).href)};
const { tf, name, version } = await openTensorFlow('native');
const gradient = tf.grad((x) => tf.depthwiseConv2d(x, tf.ones([3, 3, 2, 1]), 1, 'same').sum())(tf.ones([1, 4, 4, 2]));
const corner = (await gradient.data())[0];
if (corner !== 4) throw new Error('a gradient came out as ' + corner + ', not 4');
console.log(name + ' ' + version);
`;

function main(): void {
  const packageFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'));
  checkRequirements(packageFolder);
  layLibraries(packageFolder);
  buildBinding(packageFolder);
  const proof = run(
    process.execPath,
    [...process.execArgv, '--input-type=module', '--eval', PROOF],
    'a gradient with it',
  );
  say(`ready: ${proof.trim()}`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
