/**
 * Manifests: the list of a folder's files, each with its length and SHA-256. Readers follow manifests only, and verify
 * what they read against them.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { KernelcastError } from '../errors.ts';
import { type Files, fileError, systemCode } from './files.ts';

export const MANIFEST_NAME = 'manifest.json';

export const fileEntrySchema = z.object({
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

export function fileEntry(bytes: Uint8Array): FileEntry {
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export const stationSchema = z.object({
  id: z.string(),
  name: z.string(),
  country: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  elevation: z.number().nullable(),
});

export function encodeJson(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
}

/**
 * Reads and checks a JSON file of the store.
 * @returns undefined where the file does not exist.
 * @throws KernelcastError `STORE_CORRUPT` naming the file and the field that is wrong.
 */
export async function readJson<T>(files: Files, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  let text: string;
  try {
    text = await files.readFile(path, 'utf8');
  } catch (error) {
    // ENOTDIR: a plain file stands where the folder would be.
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw fileError(error, 'read a file', path);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KernelcastError('STORE_CORRUPT', 'a file of the store is not JSON', { where: { file: path }, cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new KernelcastError('STORE_CORRUPT', `a file of the store does not read as it should: ${issue.message}`, {
    where: { file: path, field: issue.path.join('.') || '(all)' },
    hint: 'It was written by another version of Kernelcast, or damaged; restore it from a backup.',
  });
}

/**
 * Reads one file that a manifest lists, and checks it.
 * @throws KernelcastError `STORE_CORRUPT` naming the file when it is missing, or its length or checksum is not met.
 */
export async function readVerified(files: Files, folder: string, name: string, entry: FileEntry): Promise<Uint8Array> {
  const path = join(folder, name);
  let bytes: Uint8Array;
  try {
    bytes = await files.readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw corrupt(path, 'is missing', error);
    throw fileError(error, 'read a file', path);
  }
  if (bytes.byteLength !== entry.bytes) {
    throw corrupt(path, `has ${bytes.byteLength} bytes, its manifest says ${entry.bytes}`);
  }
  const { sha256 } = fileEntry(bytes);
  if (sha256 !== entry.sha256) throw corrupt(path, `has the SHA-256 ${sha256}, its manifest says ${entry.sha256}`);
  return bytes;
}

function corrupt(path: string, what: string, cause?: unknown): KernelcastError {
  return new KernelcastError('STORE_CORRUPT', `a file of the store ${what}`, {
    where: { file: path },
    hint: 'Restore it from a backup, or remove what it belongs to and make it anew.',
    cause,
  });
}
