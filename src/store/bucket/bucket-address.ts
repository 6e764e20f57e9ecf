/** Addresses of buckets: `s3://BUCKET/PREFIX`. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBucket } from '../../config.ts';
import { KernelcastError } from '../../errors.ts';

export interface BucketAddress {
  bucket: string;
  /** Ends with `/` where it is not empty. */
  prefix: string;
}

/** @throws KernelcastError `USAGE` */
export function parseBucket(root: string): BucketAddress {
  // Names as https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html has them.
  const [, bucket, path = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(root) ?? [];
  const parts = path.split('/').filter((part) => part !== '');
  if (bucket === undefined || parts.some((part) => !/^[A-Za-z0-9._=-]+$/.test(part) || /^\.+$/.test(part))) {
    throw new KernelcastError('USAGE', `'${root.slice(0, 200)}' is not the address of a bucket`, {
      hint: 'Write s3://BUCKET or s3://BUCKET/PREFIX.',
    });
  }
  return { bucket, prefix: parts.map((part) => `${part}/`).join('') };
}

/**
 * For what needs a disk.
 * @param what needs it
 * @throws KernelcastError `USAGE` where the root is the address of a bucket
 */
export function requireFolder(root: string, what: string): void {
  if (!isBucket(root)) return;
  throw new KernelcastError('USAGE', `${what} is kept in a folder, not in a bucket`, {
    where: { data: root },
    hint: 'A service on a bucket is one of a cluster: set KERNELCAST_DATABASE_URL and name a --dataset. Or let --data be a folder.',
  });
}

/** Where to keep what can be fetched anew: below the root, or on this machine where that is a bucket. */
export function localFolder(root: string): string {
  return isBucket(root) ? join(tmpdir(), 'kernelcast') : root;
}
