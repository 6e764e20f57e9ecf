/**
 * libtensorflow out of TensorFlow's wheel in the Python registry. pip finds and downloads it, so that its settings
 * (`PIP_INDEX_URL`, `PIP_PROXY`, pip.conf) name the mirror; the SHA-256 that the index gives is checked here once more.
 */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { KernelcastError } from '../../../src/errors.ts';
import { run, say } from './steps.ts';

interface Source {
  file: string;
  url: string;
  /** As the index says; null where it does not. */
  sha256: string | null;
}

/** Lies beside the libraries, and says where they are from. */
const RECEIPT = 'kernelcast.json';

/**
 * Lays `lib` and `include` into `folder`, unless they are there already from the same wheel.
 * @param wanted a requirement (`tensorflow-cpu`, `tensorflow==2.20.0`) or the path of a wheel.
 * @param withCuda lays the CUDA libraries that the wheel asks for beside it.
 */
export async function layWheel(folder: string, wanted: string, withCuda: boolean): Promise<void> {
  if (existsSync(join(folder, RECEIPT))) {
    const receipt = JSON.parse(readFileSync(join(folder, RECEIPT), 'utf8'));
    if (receipt.wanted === wanted && receipt.withCuda === withCuda) {
      say(`libtensorflow is there already, from ${receipt.wheel}`);
      return;
    }
  }
  // Both survive an interruption: a wheel is in the first only when it is whole, and checked again when it is used.
  const downloads = `${folder}-download`;
  const partial = `${folder}-partial`;
  const wheel = await fetchWheel(downloads, wanted);
  const cuda: string[] = [];
  if (withCuda)
    for (const requirement of cudaRequirements(wheel.file)) cuda.push((await fetchWheel(downloads, requirement)).file);
  say(`unpacking ${basename(wheel.file)}`);
  rmSync(partial, { recursive: true, force: true });
  run('python3', ['-c', EXTRACT, partial, wheel.file, ...cuda], 'unpacking the wheel');
  const receipt = { wanted, withCuda, wheel: basename(wheel.file), sha256: wheel.sha256 };
  writeFileSync(join(partial, RECEIPT), `${JSON.stringify(receipt, null, 2)}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  rmSync(downloads, { recursive: true, force: true });
}

async function fetchWheel(folder: string, wanted: string): Promise<Source> {
  if (wanted.endsWith('.whl') && existsSync(wanted)) {
    const sha256 = await sha256Of(wanted);
    say(`taking ${wanted}, SHA-256 ${sha256}`);
    return { file: wanted, url: wanted, sha256 };
  }
  say(`asking the Python registry for '${wanted}'`);
  const source = lookUp(wanted);
  const file = join(folder, basename(new URL(source.url).pathname));
  if (!existsSync(file)) {
    say(`downloading ${source.url}`);
    const arriving = join(folder, 'arriving');
    mkdirSync(arriving, { recursive: true });
    const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--dest', arriving, wanted];
    run('python3', args, `the download of '${wanted}'`, { loud: true, hint: MIRRORS });
    for (const name of readdirSync(arriving)) renameSync(join(arriving, name), join(folder, name));
  }
  if (!existsSync(file)) throw new KernelcastError('ENVIRONMENT', `pip did not give ${basename(file)}`);
  const sha256 = await sha256Of(file);
  if (source.sha256 === null) say(`the index gives no hash for it; its SHA-256 is ${sha256}`);
  else if (source.sha256 !== sha256) {
    rmSync(file);
    throw new KernelcastError('ENVIRONMENT', `${basename(file)} is not the file that the index promises`, {
      where: { expected: source.sha256, found: sha256 },
      hint: 'It has been deleted. Run the setup again; if this comes back, do not trust the mirror.',
    });
  } else say(`SHA-256 as the index says: ${sha256}`);
  return { ...source, file, sha256 };
}

const MIRRORS = 'Behind a mirror, set PIP_INDEX_URL; offline, let KERNELCAST_TENSORFLOW_WHEEL name a downloaded wheel.';

/** What pip would install. */
function lookUp(wanted: string): Omit<Source, 'file'> {
  const args = ['--dry-run', '--quiet', '--no-deps', '--ignore-installed', '--only-binary', ':all:', '--report', '-'];
  const answer = run('python3', ['-m', 'pip', 'install', ...args, wanted], `looking up '${wanted}'`, { hint: MIRRORS });
  const [{ download_info: info }] = JSON.parse(answer.slice(answer.indexOf('{'))).install;
  return { url: info.url, sha256: info.archive_info?.hashes?.sha256 ?? null };
}

/** The CUDA packages that a GPU wheel names as its extra `and-cuda`. */
function cudaRequirements(wheel: string): string[] {
  const lines = run('python3', ['-c', METADATA, wheel], 'reading the wheel').split('\n');
  return lines.flatMap((line) => {
    const match = /^Requires-Dist: (nvidia-[\w-]+)\s*\(?([^;)]*)\)?\s*;.*and-cuda/.exec(line);
    return match ? [`${match[1]}${match[2].trim()}`] : [];
  });
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

const METADATA = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    print(z.read(next(n for n in z.namelist() if n.endswith('.dist-info/METADATA'))).decode())
`;

/** The names under which binding.gyp links, and those that the libraries know each other by. */
const EXTRACT = `
import os, re, shutil, sys, zipfile
target, wheel, *cuda = sys.argv[1:]
names = {'tensorflow/libtensorflow_cc.so.2': 'lib/libtensorflow.so',
         'tensorflow/libtensorflow_framework.so.2': 'lib/libtensorflow_framework.so.2'}
def take(path, choose):
    with zipfile.ZipFile(path) as z:
        for info in z.infolist():
            name = None if info.is_dir() else choose(info.filename)
            if name is None: continue
            to = os.path.join(target, name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            with z.open(info) as source, open(to, 'wb') as sink: shutil.copyfileobj(source, sink, 1 << 22)
take(wheel, lambda n: names.get(n) or (n[len('tensorflow/'):] if n.startswith('tensorflow/include/') else None))
for each in cuda:
    take(each, lambda n: 'lib/' + os.path.basename(n) if re.match(r'nvidia/.*/lib/[^/]*[.]so', n) else None)
for link, to in (('libtensorflow_cc.so.2', 'libtensorflow.so'), ('libtensorflow.so.2', 'libtensorflow.so'),
                 ('libtensorflow_framework.so', 'libtensorflow_framework.so.2')):
    os.symlink(to, os.path.join(target, 'lib', link))
`;
