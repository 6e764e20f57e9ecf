/**
 * Which processes are at work on a data directory: each has a folder of its own, named by a token, that it touches while it
 * lives. What a process holds elsewhere (a slot of a job) names its token; when the process is gone, it is free again.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { discard, makeFolder, sweepTemporary } from './atomic.ts';
import { type Files, listFolder, nodeFiles } from './files.ts';
import { beat, claimToken, dropToken, isStale, placeHolder, readHolder } from './holder.ts';

const TOKEN = /^[0-9a-f]{24}$/;

export class Presence {
  readonly token: string;
  readonly #folder: string;
  readonly #files: Files;
  readonly #silence: () => void;

  private constructor(folder: string, token: string, files: Files) {
    this.#folder = folder;
    this.token = token;
    this.#files = files;
    this.#silence = beat(files, join(folder, token));
  }

  /** @throws KernelcastError `ENVIRONMENT` */
  static async announce(folder: string, files: Files = nodeFiles): Promise<Presence> {
    await makeFolder(files, folder);
    await removeStale(files, folder);
    const token = randomBytes(12).toString('hex');
    claimToken(token);
    try {
      await placeHolder(files, join(folder, token), token);
    } catch (error) {
      dropToken(token);
      throw error;
    }
    return new Presence(folder, token, files);
  }

  /** What is held under this token is free from here on. */
  async leave(): Promise<void> {
    this.#silence();
    dropToken(this.token);
    await discard(this.#files, join(this.#folder, this.token));
  }
}

/** Whether the process of a token is at work, as far as can be told from here. */
export async function isAtWork(folder: string, token: string, files: Files = nodeFiles): Promise<boolean> {
  if (!TOKEN.test(token)) return false;
  const path = join(folder, token);
  const holder = await readHolder(files, path);
  return holder !== undefined && !(await isStale(files, path, holder));
}

async function removeStale(files: Files, folder: string): Promise<void> {
  for (const name of await listFolder(files, folder)) {
    const path = join(folder, name);
    const holder = TOKEN.test(name) ? await readHolder(files, path).catch(() => undefined) : undefined;
    if (holder && (await isStale(files, path, holder))) await discard(files, path);
  }
  await sweepTemporary(files, folder, Date.now());
}
