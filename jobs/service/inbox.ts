/**
 * The inbox: a folder, or the address of one in a bucket, into which others put files. Each file is moved into `ingested` when it
 * has been taken; one that cannot be read stays. Names that begin with a dot are passed over, so that a file can be written
 * under such a name and renamed when it is whole.
 */
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBucket } from '../../src/config.ts';
import { KernelcastError } from '../../src/errors.ts';
import { parseBucket } from '../../src/store/bucket/bucket-address.ts';
import { Objects } from '../../src/store/bucket/objects.ts';
import { fileError, systemCode } from '../../src/store/disk/files.ts';

export interface Inbox {
  /** The names of the files that wait, sorted. */
  list(): Promise<string[]>;
  /** Lets `work` read a file, and moves it away when that has gone well. */
  take<T>(name: string, work: (path: string) => Promise<T>): Promise<T>;
}

const DONE_FOLDER = 'ingested';

export function openInbox(address: string): Inbox {
  return isBucket(address) ? bucketInbox(new Objects(parseBucket(address))) : folderInbox(address);
}

/**
 * Makes the folder of an inbox where there is none, so that it belongs to who takes the files away; of a bucket there is nothing
 * to make.
 * @throws KernelcastError `ENVIRONMENT` where it cannot be made, or files in it could not be moved
 */
export async function makeInbox(address: string): Promise<void> {
  if (isBucket(address)) return;
  try {
    await mkdir(address, { recursive: true });
    await access(address, constants.R_OK | constants.W_OK);
  } catch (error) {
    const { code, hint } = fileError(error, 'use the inbox', address);
    // Not by name: in a container a user need not have one.
    const user = process.getuid?.();
    throw new KernelcastError(code, `the inbox cannot be used by user ${user}: ${systemCode(error)}`, {
      where: { folder: address },
      hint: systemCode(error) === 'EACCES' ? `Give it to this user: chown -R ${user} '${address}'` : hint,
      cause: error,
    });
  }
}

function folderInbox(folder: string): Inbox {
  return {
    async list() {
      try {
        const entries = await readdir(folder, { withFileTypes: true });
        return waiting(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
      } catch (error) {
        throw fileError(error, 'look into the inbox', folder);
      }
    },
    async take(name, work) {
      const result = await work(join(folder, name));
      try {
        await mkdir(join(folder, DONE_FOLDER), { recursive: true });
        await rename(join(folder, name), join(folder, DONE_FOLDER, name));
      } catch (error) {
        throw fileError(error, 'move an ingested file away', join(folder, name));
      }
      return result;
    },
  };
}

function bucketInbox(objects: Objects): Inbox {
  return {
    list: async () => waiting((await objects.list('')).objects.map(({ key }) => key)),
    async take(name, work) {
      const folder = await mkdtemp(join(tmpdir(), 'kernelcast-inbox-'));
      try {
        await objects.download(name, join(folder, name));
        const result = await work(join(folder, name));
        await objects.move(name, `${DONE_FOLDER}/${name}`);
        return result;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

function waiting(names: readonly string[]): string[] {
  return names.filter((name) => name !== '' && !name.startsWith('.')).sort();
}
