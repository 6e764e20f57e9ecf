/**
 * The objects of a bucket: the few requests that the store makes, with conditions on writes, and errors that say what to do.
 * What is asked is answered as of now: S3 is strongly consistent
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel).
 */
import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { isKernelcastError, KernelcastError } from '../../errors.ts';
import type { BucketAddress } from './bucket-address.ts';

/** What must be so for a write to be done: nothing is there, or just that version. */
export type Condition = 'absent' | { etag: string };

export interface ObjectInfo {
  /** Another one for another content. */
  etag: string;
  /** Unix milliseconds by the bucket's clock. */
  modifiedAt: number;
}

type Sdk = typeof import('@aws-sdk/client-s3');

const ATTEMPTS = 5;
const CONFLICT_TRIES = 10;
const CONFLICT_PAUSE_MS = 50;
const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 120_000;

export class Objects {
  readonly #address: BucketAddress;
  #opened: Promise<{ sdk: Sdk; client: S3Client }> | undefined;
  #honoursConditions: Promise<void> | undefined;
  /** How far the bucket's clock is ahead of ours, milliseconds. */
  #ahead = 0;

  constructor(address: BucketAddress) {
    this.#address = address;
  }

  /** The address of an object, for people. */
  nameOf(key: string): string {
    return `s3://${this.#address.bucket}/${this.#address.prefix}${key}`;
  }

  /** The time by the bucket's clock, as of the last answer. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  async get(key: string): Promise<(ObjectInfo & { bytes: Uint8Array }) | undefined> {
    return this.#ask('read', key, async ({ sdk, client }, where) => {
      const { Body, ETag, LastModified } = await client.send(new sdk.GetObjectCommand(where));
      // An empty object may come without a body.
      return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), ...infoOf({ ETag, LastModified }) };
    });
  }

  /**
   * Writes an object to a file, which may be larger than memory.
   * @throws KernelcastError `NOT_FOUND`, `ENVIRONMENT`
   */
  async download(key: string, path: string): Promise<void> {
    const isThere = await this.#ask('read', key, async ({ sdk, client }, where) => {
      const { Body } = await client.send(new sdk.GetObjectCommand(where));
      await pipeline(Body as Readable, createWriteStream(path));
      return true;
    });
    if (!isThere) throw new KernelcastError('NOT_FOUND', 'the object is gone', { where: { object: this.nameOf(key) } });
  }

  /** Copies, then removes. One that is not there stays away. */
  async move(from: string, to: string): Promise<void> {
    const { bucket, prefix } = this.#address;
    const CopySource = `${bucket}/${prefix}${from}`.split('/').map(encodeURIComponent).join('/');
    const copied = await this.#ask('write', to, ({ sdk, client }, where) =>
      client.send(new sdk.CopyObjectCommand({ ...where, CopySource })),
    );
    if (copied) await this.delete(from);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    return this.#ask('look at', key, async ({ sdk, client }, where) =>
      infoOf(await client.send(new sdk.HeadObjectCommand(where))),
    );
  }

  /** @returns its etag */
  async put(key: string, bytes: Uint8Array): Promise<string> {
    const etag = await this.#put(key, bytes, {});
    if (etag !== undefined) return etag;
    throw this.#problem(new Error('a condition was not met that there is not'), 'write', key);
  }

  /**
   * Writes if the condition is met.
   * @returns the new etag, or undefined where the condition is not met
   * @throws KernelcastError `ENVIRONMENT` also where the bucket ignores conditions
   */
  async putIf(key: string, bytes: Uint8Array, condition: Condition): Promise<string | undefined> {
    await this.checkConditions();
    return this.#putIf(key, bytes, condition);
  }

  async delete(key: string): Promise<void> {
    await this.#ask('remove', key, ({ sdk, client }, where) => client.send(new sdk.DeleteObjectCommand(where)));
  }

  /**
   * All objects whose keys begin so, sorted.
   * @param isDeep also those below a further `/`; else these are summed up as `folders`
   */
  async list(start: string, isDeep = false): Promise<{ objects: (ObjectInfo & { key: string })[]; folders: string[] }> {
    const objects: (ObjectInfo & { key: string })[] = [];
    const folders: string[] = [];
    const { bucket, prefix } = this.#address;
    let token: string | undefined;
    do {
      const page = await this.#ask('list', start, ({ sdk, client }) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix + start,
            ContinuationToken: token,
            ...(!isDeep && { Delimiter: '/' }),
          }),
        ),
      );
      for (const { Key, ...info } of page?.Contents ?? []) {
        if (Key !== undefined) objects.push({ key: Key.slice(prefix.length), ...infoOf(info) });
      }
      for (const { Prefix } of page?.CommonPrefixes ?? [])
        folders.push(...(Prefix === undefined ? [] : [Prefix.slice(prefix.length, -1)]));
      token = page?.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return { objects, folders };
  }

  async #putIf(key: string, bytes: Uint8Array, condition: Condition): Promise<string | undefined> {
    const header = condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
    const etag = await this.#put(key, bytes, header);
    if (etag !== undefined) return etag;
    // An answer that was lost on its way makes the client ask again, and then it is we who are there.
    const there = await this.get(key);
    return there && Buffer.compare(there.bytes, bytes) === 0 ? there.etag : undefined;
  }

  async #put(key: string, bytes: Uint8Array, condition: { IfNoneMatch?: string; IfMatch?: string }) {
    const ContentMD5 = createHash('md5').update(bytes).digest('base64');
    for (let tries = 1; ; tries++) {
      try {
        return await this.#ask('write', key, async ({ sdk, client }, where) => {
          const command = new sdk.PutObjectCommand({ ...where, Body: bytes, ContentMD5, ...condition });
          return infoOf(await client.send(command)).etag;
        });
      } catch (error) {
        const status = statusOf((error as Error).cause);
        if (status === 412) return undefined;
        // 409: two conditional writes at once; the loser is to ask again.
        if (status !== 409 || tries === CONFLICT_TRIES) throw error;
        await sleep(CONFLICT_PAUSE_MS * tries);
      }
    }
  }

  /**
   * A bucket that takes conditions for decoration would let two writers overwrite each other: asked once, before the first.
   * @throws KernelcastError `ENVIRONMENT`
   */
  checkConditions(): Promise<void> {
    this.#honoursConditions ??= this.#probe().catch((error: unknown) => {
      this.#honoursConditions = undefined;
      throw error;
    });
    return this.#honoursConditions;
  }

  async #probe(): Promise<void> {
    const key = `probes/${randomBytes(8).toString('hex')}`;
    try {
      const made = await this.#putIf(key, Buffer.from('1'), 'absent');
      const again = await this.#putIf(key, Buffer.from('2'), 'absent');
      const other = await this.#putIf(key, Buffer.from('3'), { etag: '"00000000000000000000000000000000"' });
      if (made !== undefined && again === undefined && other === undefined) return;
    } finally {
      await this.delete(key).catch(() => {});
    }
    throw new KernelcastError('ENVIRONMENT', 'the bucket does not heed conditions on writes', {
      where: { bucket: this.nameOf('') },
      hint: 'Use a store whose PutObject knows If-None-Match and If-Match: Amazon S3, Cloudflare R2, MinIO, Ceph.',
    });
  }

  /** @returns undefined where the object does not exist */
  async #ask<T>(
    doing: string,
    key: string,
    request: (how: { sdk: Sdk; client: S3Client }, where: { Bucket: string; Key: string }) => Promise<T>,
  ): Promise<T | undefined> {
    const { bucket, prefix } = this.#address;
    try {
      return await request(await this.#open(), { Bucket: bucket, Key: prefix + key });
    } catch (error) {
      if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined;
      throw this.#problem(error, doing, key);
    }
  }

  #open(): Promise<{ sdk: Sdk; client: S3Client }> {
    this.#opened ??= import('@aws-sdk/client-s3').then((sdk) => {
      const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION } = process.env;
      const client = new sdk.S3Client({
        region: AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1',
        // Who has an endpoint of his own has seldom a name of its own for each bucket.
        forcePathStyle: (AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) !== undefined,
        maxAttempts: ATTEMPTS,
        // Content-MD5 is understood everywhere; newer checksums are not.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      });
      client.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          const { headers } = result.response as { headers?: Record<string, string> };
          const date = Date.parse(headers?.date ?? '');
          if (!Number.isNaN(date)) this.#ahead = date - Date.now();
          return result;
        },
        { step: 'deserialize', name: 'bucketClock' },
      );
      return { sdk, client };
    });
    return this.#opened;
  }

  #problem(error: unknown, doing: string, key: string): KernelcastError {
    if (isKernelcastError(error)) return error;
    const { name, message } = error as Error;
    return new KernelcastError('ENVIRONMENT', `cannot ${doing} an object of the bucket: ${message || name}`, {
      where: { object: this.nameOf(key) },
      hint: hintOf(error),
      cause: error,
    });
  }
}

/** Every store that knows conditions names what it holds by an etag. */
function infoOf({ ETag, LastModified }: { ETag?: string; LastModified?: Date }): ObjectInfo {
  if (ETag === undefined) throw new Error('the store gives no etag');
  return { etag: ETag, modifiedAt: LastModified?.getTime() ?? 0 };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

function hintOf(error: unknown): string {
  const { name } = error as Error;
  if (name === 'NoSuchBucket') return 'Make the bucket first, or look at its name.';
  if (name === 'CredentialsProviderError') {
    return 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role.';
  }
  if (statusOf(error) === 403) return 'The keys in use may not do this: they need to get, put, delete and list.';
  return 'Look at AWS_ENDPOINT_URL and AWS_REGION, and whether the store is up.';
}
