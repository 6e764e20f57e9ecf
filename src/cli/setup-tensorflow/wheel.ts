/**
 * libtensorflow out of TensorFlow's wheel in the Python registry. pip finds it, so that its settings (`PIP_INDEX_URL`,
 * `PIP_PROXY`, pip.conf) name the mirror; the SHA-256 that the index gives is checked here.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { KernelcastError } from '../../errors.ts';
import { download } from './download.ts';
import { run, say } from './steps.ts';

interface Wheel {
  /** As the index calls it. */
  name: string;
  file: string;
  sha256: string;
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
  // What has come so far survives an interruption.
  const downloads = `${folder}-download`;
  const partial = `${folder}-partial`;
  const wheel = await fetchWheel(downloads, wanted);
  const cuda: string[] = [];
  if (withCuda)
    for (const requirement of cudaRequirements(wheel.file)) cuda.push((await fetchWheel(downloads, requirement)).file);
  say(`unpacking ${wheel.name}`);
  rmSync(partial, { recursive: true, force: true });
  run('python3', ['-c', EXTRACT, partial, wheel.file, ...cuda], 'unpacking the wheel');
  const receipt = { wanted, withCuda, wheel: wheel.name, sha256: wheel.sha256 };
  writeFileSync(join(partial, RECEIPT), `${JSON.stringify(receipt, null, 2)}\n`);
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  rmSync(downloads, { recursive: true, force: true });
}

async function fetchWheel(folder: string, wanted: string): Promise<Wheel> {
  if (wanted.endsWith('.whl') && !wanted.includes('://')) {
    if (!existsSync(wanted))
      throw new KernelcastError('NOT_FOUND', 'there is no such wheel', { where: { file: wanted } });
    const sha256 = await sha256Of(wanted);
    say(`taking ${wanted}, SHA-256 ${sha256}`);
    return { name: basename(wanted), file: wanted, sha256 };
  }
  say(`asking the Python registry for '${wanted}'`);
  const { name, file, promised, forget } = await download(folder, wanted);
  const sha256 = await sha256Of(file);
  if (promised === null) say(`the index gives no hash for it; its SHA-256 is ${sha256}`);
  else if (promised !== sha256) {
    await forget();
    throw new KernelcastError('ENVIRONMENT', `${name} is not the file that the index promises`, {
      where: { expected: promised, found: sha256 },
      hint: 'It is not kept. Run the setup again; if this comes back, do not trust the mirror.',
    });
  } else say(`SHA-256 as the index says: ${sha256}`);
  return { name, file, sha256 };
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
