/**
 * A wheel from the Python registry. pip says where it is; it is downloaded here, since pip begins anew when it was
 * interrupted. Where only pip gets through (its proxy, its passwords), pip downloads it.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HttpClient } from '../../../ingest/sources/http/client.ts';
import { Downloads } from '../../../ingest/sources/http/downloads.ts';
import { KernelcastError } from '../../errors.ts';
import { startProgress } from '../support/progress.ts';
import { run, say } from './steps.ts';

export interface Downloaded {
  /** As the registry calls it. */
  name: string;
  file: string;
  /** The SHA-256 that the index gives; null where it does not. */
  promised: string | null;
  /** Gets rid of it, where it turns out to be no good; what is not ours stays. */
  forget(): Promise<void> | void;
}

const MIRRORS = 'Behind a mirror, set PIP_INDEX_URL; offline, let KERNELCAST_TENSORFLOW_WHEEL name a downloaded wheel.';

/**
 * @param folder keeps what has come so far
 * @param wanted a requirement, as pip takes it, or an address
 * @throws KernelcastError `ENVIRONMENT` when it is not to be had
 */
export async function download(folder: string, wanted: string): Promise<Downloaded> {
  const { url, sha256: promised } = lookUp(wanted);
  const name = basename(new URL(url).pathname);
  if (url.startsWith('file:')) return { name, promised, file: fileURLToPath(url), forget() {} };
  say(`downloading ${url}`);
  const progress = startProgress('downloading');
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const client = new HttpClient();
  const downloads = new Downloads(client, folder, (bytes, total) =>
    progress.update(megabytes(bytes), megabytes(total), 'MB'),
  );
  try {
    const found = await downloads.fetch(url);
    if (found) return { name, promised, file: found.path, forget: () => downloads.forget(url) };
    say('there is nothing at that address: leaving it to pip');
  } catch (error) {
    if (!(error instanceof KernelcastError)) throw error;
    say(`${error.message}: leaving it to pip`);
  } finally {
    progress.stop();
    await client.close();
  }
  const file = join(folder, 'pip', name);
  mkdirSync(join(folder, 'pip'), { recursive: true });
  const args = ['--no-deps', '--only-binary', ':all:', '--dest', join(folder, 'pip'), wanted];
  run('python3', ['-m', 'pip', 'download', ...args], `the download of '${wanted}'`, { loud: true, hint: MIRRORS });
  if (!existsSync(file)) throw new KernelcastError('ENVIRONMENT', `pip did not give ${name}`);
  return { name, promised, file, forget: () => rmSync(file) };
}

/** Which file pip would take. */
function lookUp(wanted: string): { url: string; sha256: string | null } {
  if (URL.canParse(wanted)) return { url: wanted, sha256: null };
  return JSON.parse(run('python3', ['-c', FIND, wanted], `looking up '${wanted}'`, { hint: MIRRORS }));
}

/**
 * pip's commands that tell this (`install --dry-run --report`) download the whole wheel to do so, before version 23.3. This is
 * what `pip index versions` does; it has been the same since pip 21.2.
 */
const FIND = `
import json, sys
from pip._internal.commands.index import IndexCommand
from pip._vendor.packaging.requirements import Requirement
wanted = Requirement(sys.argv[1])
command = IndexCommand('index', '')
with command.main_context():
    options, _ = command.parse_args(['versions', '--only-binary', ':all:', wanted.name])
    with command._build_session(options) as session:
        finder = command._build_package_finder(options=options, session=session)
        best = finder.find_best_candidate(wanted.name, wanted.specifier).best_candidate
if best is None:
    sys.exit(f"the index has no wheel of '{wanted}' for this Python {sys.version.split()[0]}")
link = best.link
print(json.dumps({'url': link.url_without_fragment, 'sha256': link.hash if link.hash_name == 'sha256' else None}))
`;
