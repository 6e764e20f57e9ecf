/** What goes wrong with a NetCDF-4 file, in words for people. */
import { KernelcastError } from '../../../src/errors.ts';

export type Where = { file: string; variable?: string };

export function broken(what: string, where: Where, cause?: unknown): KernelcastError {
  return new KernelcastError('FORMAT', `a damaged NetCDF-4 file: ${what}`, {
    where,
    hint: 'Fetch the file again; `ncdump -h FILE` shows what other programs make of it.',
    cause,
  });
}

export function refused(what: string, hint: string | undefined, where: Where): KernelcastError {
  return new KernelcastError('FORMAT', `a NetCDF-4 or HDF5 file that cannot be read: ${what}`, { where, hint });
}

/**
 * @param message of the HDF5 library, which tells its reasons from the outermost function to the innermost, which knows
 */
export function explained(message: string, where: Where): KernelcastError {
  const [, length, needed] = /truncated file: eof = (\d+).*stored_eof = (\d+)/.exec(message) ?? [];
  if (length !== undefined) {
    const what = `the file is cut off: it has ${length} bytes and needs ${needed}`;
    return new KernelcastError('FORMAT', what, { where, hint: 'Fetch the file again.' });
  }
  const [, filter] = /required filter '([^']*)' is not registered/.exec(message) ?? [];
  if (filter !== undefined) {
    const hint =
      'Kernelcast reads deflate, shuffle, fletcher32, szip, and in files of NetCDF zstd and blosc. Convert it: h5repack -f GZIP=1 IN OUT.';
    return refused(`it is packed with the filter '${filter}'`, hint, where);
  }
  const reasons = [...message.matchAll(/\(\): (.*)/g)].map(([, reason]) => reason.trim());
  return broken(reasons.at(-1) ?? message.split('\n')[0], where, message);
}
