/**
 * State in a bucket. There is no renaming there, so what makes a folder visible is one object, its manifest, written last and
 * under a condition:
 *
 *     manifests/runs/demo/2024-03-01T06Z.json                        what readers list and follow
 *     files/runs/demo/2024-03-01T06Z/one.arrow.1b2c3d4e5f607182      named by content too: two writers do not meet
 *     locks/observations/demo                                        see `bucket-lock.ts`
 *
 * To publish, the manifest must be absent (If-None-Match); to change, it must be the one that was read (If-Match): of two
 * writers one is refused, and none overwrites. Taking away begins with the manifest. What a crash leaves has no manifest, and
 * `kernelcast store check --repair` removes it.
 *
 * One gap is left: who publishes a folder in the same second in which it is taken away may lose its files. Readers notice.
 */
import { KernelcastError } from '../../errors.ts';
import { LEFTOVER_AGE_MS } from '../disk/atomic.ts';
import { checkEntry, type FileEntry, fileEntry, missingFile, shortHash } from '../manifest.ts';
import { NOTHING, type Stamp } from '../stamp.ts';
import type { Draft, Entries, Storage } from '../storage.ts';
import { parseBucket } from './bucket-address.ts';
import { withBucketLock } from './bucket-lock.ts';
import { Objects } from './objects.ts';

const HASH_LENGTH = 16;
const JSON_END = '.json';
/** What was published is seen after so long at the latest: each look is a request, and costs money. */
const LOOK_MS = 1_000;
const AT_ONCE = 4;

export class BucketStorage implements Storage {
  static readonly #opened = new Map<string, BucketStorage>();
  readonly #objects: Objects;
  readonly #looks = new Map<string, { at: number; stamp: Promise<Stamp> }>();

  /** The same for all stores of a process: they share its connections. */
  static of(root: string): BucketStorage {
    const key = `${process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL ?? ''} ${root}`;
    const storage = BucketStorage.#opened.get(key) ?? new BucketStorage(new Objects(parseBucket(root)));
    BucketStorage.#opened.set(key, storage);
    return storage;
  }

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** Of a file without the hash of its content. */
  nameOf(folder: string, name?: string): string {
    return this.#objects.nameOf(name === undefined ? folder : `${folder}/${name}`);
  }

  async list(folder: string): Promise<string[]> {
    const start = startOf('manifests', folder);
    const { objects, folders } = await this.#objects.list(start);
    const names = objects.map(({ key }) => key.slice(start.length, -JSON_END.length));
    return [...new Set([...names, ...folders.map((key) => key.slice(start.length))])].sort();
  }

  stampOf(folder: string): Promise<Stamp> {
    return this.#look(`list ${folder}`, async () => {
      const { objects } = await this.#objects.list(startOf('manifests', folder));
      if (objects.length === 0) return NOTHING;
      return exactStamp(objects.map(({ key, etag }) => `${key} ${etag}`).join());
    });
  }

  manifestStamp(folder: string): Promise<Stamp> {
    return this.#look(`manifest ${folder}`, async () => {
      const info = await this.#objects.head(manifestKey(folder));
      return info ? exactStamp(info.etag) : NOTHING;
    });
  }

  async manifestIdentity(folder: string): Promise<string | undefined> {
    return (await this.#objects.head(manifestKey(folder)))?.etag;
  }

  async readManifest(folder: string): Promise<string | undefined> {
    const found = await this.#objects.get(manifestKey(folder));
    return found && Buffer.from(found.bytes).toString();
  }

  async readFile(folder: string, name: string, entry: FileEntry): Promise<Uint8Array> {
    const key = fileKey(folder, name, entry);
    const found = await this.#objects.get(key);
    if (!found) throw missingFile(this.#objects.nameOf(key));
    return checkEntry(found.bytes, this.#objects.nameOf(key), entry);
  }

  async publish(folder: string, entries: Entries): Promise<'published' | 'exists'> {
    const key = manifestKey(folder);
    if (await this.#objects.head(key)) return 'exists';
    let last: readonly [string, Uint8Array] | undefined;
    for await (const entry of entries) {
      if (last) await this.#objects.put(fileKey(folder, last[0], fileEntry(last[1])), last[1]);
      last = entry;
    }
    if (!last) throw new Error('what is published has a manifest at least');
    const etag = await this.#objects.putIf(key, last[1], 'absent');
    this.#looks.clear();
    return etag === undefined ? 'exists' : 'published';
  }

  async remove(folder: string): Promise<void> {
    const below = await this.#objects.list(startOf('manifests', folder), true);
    const manifests = [manifestKey(folder), ...below.objects.map(({ key }) => key)];
    await inTurns(manifests, (key) => this.#objects.delete(key));
    this.#looks.clear();
    const { objects } = await this.#objects.list(startOf('files', folder), true);
    // Published anew meanwhile: then these are its files.
    if (await this.#objects.head(manifestKey(folder))) return;
    await inTurns(objects, ({ key }) => this.#objects.delete(key));
  }

  async update<T>(folder: string, waitMs: number, work: (draft: Draft) => Promise<T>): Promise<T> {
    return withBucketLock(this.#objects, `locks/${folder}`, waitMs, async (check) => {
      const base = await this.#objects.head(manifestKey(folder));
      // What is read from here on is not older than what the commit asks for.
      this.#looks.clear();
      return work(this.#draft(folder, base?.etag, check));
    });
  }

  #draft(folder: string, base: string | undefined, check: () => Promise<void>): Draft {
    const objects = this.#objects;
    let current = base;
    return {
      write: async (name, bytes) => void (await objects.put(fileKey(folder, name, fileEntry(bytes)), bytes)),
      commit: async (manifest) => {
        await check();
        const condition = current === undefined ? 'absent' : { etag: current };
        const etag = await objects.putIf(manifestKey(folder), manifest, condition);
        this.#looks.clear();
        if (etag === undefined) {
          throw new KernelcastError('BUSY', 'another process has changed this meanwhile', {
            where: { object: objects.nameOf(manifestKey(folder)) },
            hint: 'Nothing is lost; try again.',
          });
        }
        current = etag;
      },
      async sweep(kept) {
        const keys = new Set([...kept].map(([name, entry]) => fileKey(folder, name, entry)));
        try {
          const found = (await objects.list(startOf('files', folder))).objects.filter(({ key }) => !keys.has(key));
          await inTurns(found, ({ key }) => objects.delete(key));
        } catch {
          // The change is committed; what is left over is swept after the next.
        }
      },
      // A slower writer of the same values may be about to list them: the next sweep knows better.
      discard: async () => {},
    };
  }

  async leftovers(folder: string, isListed: (path: string, hash?: string) => boolean): Promise<string[]> {
    const start = startOf('files', folder);
    const { objects } = await this.#objects.list(start, true);
    const found = objects.filter(({ key, modifiedAt }) => {
      const [path, hash] = splitFileKey(key.slice(start.length));
      return !isListed(path, hash) && this.#objects.now() - modifiedAt > LEFTOVER_AGE_MS;
    });
    return found.map(({ key }) => this.#objects.nameOf(key));
  }

  async discard(leftover: string): Promise<void> {
    await this.#objects.delete(leftover.slice(this.#objects.nameOf('').length)).catch(() => {});
  }

  async putAside(aside: string, folder: string, file?: { name: string; entry: FileEntry }): Promise<void> {
    if (file) return this.#move(aside, fileKey(folder, file.name, file.entry));
    await this.#move(aside, manifestKey(folder));
    const { objects } = await this.#objects.list(startOf('files', folder), true);
    for (const { key } of objects) await this.#move(aside, key);
  }

  async #move(aside: string, key: string): Promise<void> {
    await this.#objects.move(key, `${aside}/${key}`);
    this.#looks.clear();
  }

  #look(what: string, look: () => Promise<Stamp>): Promise<Stamp> {
    const known = this.#looks.get(what);
    if (known && performance.now() - known.at < LOOK_MS) return known.stamp;
    const stamp = look();
    this.#looks.set(what, { at: performance.now(), stamp });
    stamp.catch(() => this.#looks.delete(what));
    return stamp;
  }
}

/** Contents make this one, and no clock. */
function exactStamp(text: string): Stamp {
  return { identity: shortHash(text), changedAt: Number.NEGATIVE_INFINITY };
}

function startOf(part: 'manifests' | 'files', folder: string): string {
  return folder === '' ? `${part}/` : `${part}/${folder}/`;
}

function manifestKey(folder: string): string {
  return `manifests/${folder}${JSON_END}`;
}

function fileKey(folder: string, name: string, { sha256 }: FileEntry): string {
  return `files/${folder}/${name}.${sha256.slice(0, HASH_LENGTH)}`;
}

function splitFileKey(path: string): [path: string, hash: string] {
  return [path.slice(0, -HASH_LENGTH - 1), path.slice(-HASH_LENGTH)];
}

/** A few at once. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
