/**
 * Manifests: the list of a folder's files, each with its length and SHA-256. Readers follow manifests only, and verify
 * what they read against them.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { KernelcastError } from '../errors.ts';
import { type Files, fileError, systemCode } from './disk/files.ts';

export const MANIFEST_NAME = 'manifest.json';

const PIECE_BYTES = 4 * 2 ** 20;

export const fileEntrySchema = z.object({
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

export function fileEntry(bytes: Uint8Array): FileEntry {
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** 16 hexadecimal digits that another text hardly has. */
export function shortHash(text: string): string {
  return fileEntry(Buffer.from(text)).sha256.slice(0, 16);
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
  const text = await readText(files, path);
  return text === undefined ? undefined : parseJson(text, path, schema);
}

/** @returns undefined where the file does not exist. */
export async function readText(files: Files, path: string): Promise<string | undefined> {
  try {
    return await files.readFile(path, 'utf8');
  } catch (error) {
    // ENOTDIR: a plain file stands where the folder would be.
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw fileError(error, 'read a file', path);
  }
}

/**
 * @param file named in errors
 * @throws KernelcastError `STORE_CORRUPT` naming the file and the field that is wrong
 */
export function parseJson<T>(text: string, file: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KernelcastError('STORE_CORRUPT', 'a file of the store is not JSON', { where: { file }, cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new KernelcastError('STORE_CORRUPT', `a file of the store does not read as it should: ${issue.message}`, {
    where: { file, field: issue.path.join('.') || '(all)' },
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
    if (systemCode(error) === 'ENOENT') throw missingFile(path, error);
    throw fileError(error, 'read a file', path);
  }
  return checkEntry(bytes, path, entry);
}

/** @throws KernelcastError `STORE_CORRUPT` naming the file when the bytes are not those of the entry */
export async function checkEntry(bytes: Uint8Array, file: string, entry: FileEntry): Promise<Uint8Array> {
  if (bytes.byteLength !== entry.bytes) {
    throw corrupt(file, `has ${bytes.byteLength} bytes, its manifest says ${entry.bytes}`);
  }
  const sha256 = await sha256Of(bytes);
  if (sha256 !== entry.sha256) throw corrupt(file, `has the SHA-256 ${sha256}, its manifest says ${entry.sha256}`);
  return bytes;
}

/** Of a large file piece by piece, so that the process answers between them: a gigabyte takes a second. */
async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
    if (at > 0) await nextTurn();
    hash.update(bytes.subarray(at, at + PIECE_BYTES));
  }
  return hash.digest('hex');
}

export function missingFile(file: string, cause?: unknown): KernelcastError {
  return corrupt(file, 'is missing', cause);
}

function corrupt(file: string, what: string, cause?: unknown): KernelcastError {
  return new KernelcastError('STORE_CORRUPT', `a file of the store ${what}`, {
    where: { file },
    hint: 'Restore it from a backup, or remove what it belongs to and make it anew.',
    cause,
  });
}
