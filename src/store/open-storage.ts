/**
 * The storage that a root names.
 *
 *     openStorage('/srv/kernelcast');      // a disk, or one that many machines share
 *     openStorage('s3://bucket/prefix');   // what speaks S3
 */
import { isBucket } from '../config.ts';
import { BucketStorage } from './bucket/bucket-storage.ts';
import type { Files } from './disk/files.ts';
import { FolderStorage } from './disk/folder-storage.ts';
import type { Storage } from './storage.ts';

/**
 * @param root a folder of a disk, or `s3://BUCKET/PREFIX`; nothing is asked of it before it is used
 * @param files for a folder: the file system
 */
export function openStorage(root: string, files?: Files): Storage {
  return isBucket(root) ? BucketStorage.of(root) : new FolderStorage(root, files);
}
