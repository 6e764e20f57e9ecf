/**
 * Keeps HDF5 to the file that it was given; runs in the thread. A file of HDF5 may say that its values lie in others
 * (external storage, external links, virtual datasets) by any path, and the library would open them: then a stranger's
 * file could carry what this machine alone may read into a forecast.
 */
import { resolve } from 'node:path';
import type { Module } from 'h5wasm/node';
import { Refusal } from './messages.ts';

/** "Permission denied", in the numbers of WASI, which Emscripten's file system uses. */
const EACCES = 2;

/** Flags of Emscripten's open: Linux's. */
const O_CREAT_AND_EXCL = 0o300;
const O_DIRECTORY = 0o200000;

/** What an open throws that fails; the package's types leave it out. */
interface WithErrnoError {
  ErrnoError: new (errno: number) => Error;
}

export function valuesElsewhere(): Refusal {
  return new Refusal('its values are in other files', 'Copy it into one file: h5repack IN OUT.');
}

export interface OneFile {
  /** The file that may be opened from now on. */
  allow(path: string): void;
  /** Whether another one was asked for since the last `allow`. */
  otherAskedFor(): boolean;
}

export function keepToOneFile(module: Pick<typeof Module, 'FS'>): OneFile {
  const FS = module.FS as typeof module.FS & WithErrnoError;
  const open = FS.open;
  let allowed: string | undefined;
  let other = false;
  FS.open = (path, ...how) => {
    const flags = Number(how[0]);
    // A file that must be new holds nothing to read: the library writes its errors into such a one.
    const isNew = (flags & O_CREAT_AND_EXCL) === O_CREAT_AND_EXCL;
    if (isNew || resolve(path) === allowed) return open.call(FS, path, ...how);
    // The folder of plug-ins is the library's own idea, when it does not know a filter.
    if (!(flags & O_DIRECTORY)) other = true;
    throw new FS.ErrnoError(EACCES);
  };
  return {
    allow(path) {
      allowed = resolve(path);
      other = false;
    },
    otherAskedFor: () => other,
  };
}
