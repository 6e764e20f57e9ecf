/** The package's own binding between Node and libtensorflow: built against a libtensorflow, or as its makers ship both. */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KernelcastError } from '../../errors.ts';
import { run, say } from './steps.ts';

/** The newest interface of Node that the package knows; every Node from 20 on has it. */
const NAPI_VERSION = 8;

/** Builds `lib/napi-v8/tfjs_binding.node` with npm's node-gyp. */
export function buildBinding(packageFolder: string): void {
  const modulePath = join(packageFolder, 'lib', `napi-v${NAPI_VERSION}`);
  const binding = join(modulePath, 'tfjs_binding.node');
  // It is built for the headers that it is beside: fresh ones make it stale.
  const laid = statSync(join(packageFolder, 'deps')).mtimeMs;
  if (existsSync(binding) && statSync(binding).mtimeMs > laid) return;
  say("building the package's binding");
  const headers = nodeHeaders();
  const args = [
    nodeGyp(),
    'rebuild',
    ...(headers ? [`--nodedir=${headers}`] : []),
    '--module_name=tfjs_binding',
    `--module_path=${modulePath}`,
    `--napi_build_version=${NAPI_VERSION}`,
  ];
  run(process.execPath, args, 'the build of the binding', {
    cwd: packageFolder,
    hint: 'The lines above say why. Where the headers of Node cannot be downloaded, NODEJS_ORG_MIRROR names a mirror.',
  });
  rmSync(join(packageFolder, 'build'), { recursive: true, force: true });
}

/** Where this Node, or the system, has the headers; else node-gyp downloads them. */
function nodeHeaders(): string | undefined {
  const roots = [dirname(dirname(process.execPath)), '/usr'];
  return roots.find((root) => existsSync(join(root, 'include', 'node', 'node_api.h')));
}

function nodeGyp(): string {
  const fromNpm = process.env.npm_execpath && dirname(dirname(process.env.npm_execpath));
  const npm = fromNpm ?? join(run('npm', ['root', '--global'], 'asking npm where it is').trim(), 'npm');
  const file = join(npm, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  if (existsSync(file)) return file;
  throw new KernelcastError('ENVIRONMENT', "npm's node-gyp is not where it should be", {
    where: { file },
    hint: 'Run this as `npm run setup:tensorflow`, with the npm that came with Node.',
  });
}

/**
 * The package's own installer: libtensorflow 2.9.1 from a bucket, and a binding built for it. Puts back what was there
 * when it fails.
 */
export function installOfficial(packageFolder: string, gpu: boolean): void {
  say('running the installer of the package (libtensorflow 2.9.1)');
  const kept = ['deps', 'lib'].filter((name) => existsSync(join(packageFolder, name)));
  const aside = (name: string) => join(packageFolder, `${name}-before`);
  for (const name of kept) renameSync(join(packageFolder, name), aside(name));
  try {
    const bin = join(packageFolder, '..', '..', '.bin');
    run(process.execPath, [join('scripts', 'install.js'), gpu ? 'gpu' : 'cpu', 'download'], 'the installer', {
      cwd: packageFolder,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
      hint: 'TFJS_NODE_BASE_URI and TFJS_NODE_CDN_STORAGE name mirrors of its bucket; without one, leave out --official.',
    });
    for (const name of kept) rmSync(aside(name), { recursive: true });
  } catch (error) {
    for (const name of kept) {
      rmSync(join(packageFolder, name), { recursive: true, force: true });
      renameSync(aside(name), join(packageFolder, name));
    }
    throw error;
  }
}
