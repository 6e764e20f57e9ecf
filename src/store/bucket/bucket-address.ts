/** Addresses of buckets: `s3://BUCKET/PREFIX`. */
import { KernelcastError } from '../../errors.ts';

export interface BucketAddress {
  bucket: string;
  /** Ends with `/` where it is not empty. */
  prefix: string;
}

export function isBucket(root: string): boolean {
  return root.startsWith('s3://');
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
