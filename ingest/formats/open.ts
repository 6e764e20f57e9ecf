/** Opens a file, folder or address of any format that we read, told by its content and never by its name. */
import { type FileHandle, open } from 'node:fs/promises';
import { KernelcastError } from '../../src/errors.ts';
import { fileError, systemCode } from '../../src/store/disk/files.ts';
import type { DataFile } from './data-file.ts';
import { openGrib } from './grib/reader.ts';
import { openNetcdfClassic } from './netcdf-classic/reader.ts';
import { openNetcdf4 } from './netcdf4/reader.ts';
import { FolderStore } from './zarr/folder-store.ts';
import { type Fetch, HttpStore } from './zarr/http-store.ts';
import { openZarr } from './zarr/reader.ts';
import type { ZarrStore } from './zarr/store.ts';
import { openZipStore } from './zarr/zip-store.ts';

const READ_HINT = 'Kernelcast reads NetCDF classic (CDF-1, CDF-2, CDF-5), NetCDF-4, Zarr and GRIB.';

const CLASSIC_MAGICS = ['CDF\x01', 'CDF\x02', 'CDF\x05'];
const ZIP_MAGICS = ['PK\x03\x04', 'PK\x05\x06'];
const HDF5_MAGIC = '\x89HDF\r\n\x1a\n';

/** HDF5 may stand behind a block of something else, whose length is one of these. */
const HDF5_PLACES = Array.from({ length: 20 }, (_, power) => 512 * 2 ** power);

/** First bytes (one character a byte) -> what it is, and what to do. */
const FOREIGN: [string[], string, string][] = [
  [['\x0e\x03\x13\x01'], 'HDF4', READ_HINT],
  [['BUFR'], 'BUFR', READ_HINT],
  [['\x1f\x8b'], 'gzip', 'Unpack it first: gunzip FILE.'],
  [['<', '{', '['], 'text (HTML, XML or JSON)', 'Perhaps a server sent an error instead of the data: look inside.'],
];

/**
 * @param path of a file, or of a folder or zip file of Zarr; or the address (http:, https:) of a Zarr store
 * @param options.fetch how addresses are fetched
 * @throws KernelcastError `NOT_FOUND`: no such file; `FORMAT`: a format that we do not read, or a damaged file;
 * `ENVIRONMENT`: the file cannot be opened
 */
export async function openDataFile(path: string, { fetch }: { fetch?: Fetch } = {}): Promise<DataFile> {
  if (/^https?:\/\//i.test(path)) return openStore(new HttpStore(path, fetch));
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'ENOTDIR') throw fileError(error, 'open a file', path);
    throw new KernelcastError('NOT_FOUND', 'there is no such file', { where: { file: path } });
  }
  try {
    return await openHandle(handle, path);
  } catch (error) {
    await handle.close();
    throw systemCode(error) ? fileError(error, 'read a file', path) : error;
  }
}

async function openHandle(handle: FileHandle, path: string): Promise<DataFile> {
  const stat = await handle.stat();
  if (stat.isDirectory()) {
    const grid = await openStore(new FolderStore(path));
    await handle.close();
    return grid;
  }
  if (!stat.isFile()) throw foreign(path, 'no plain file', READ_HINT);
  const magic = await bytesAt(handle, 0);
  if (CLASSIC_MAGICS.includes(magic.slice(0, 4))) return openNetcdfClassic(handle, stat.size, path);
  if (magic.startsWith('GRIB')) return openGrib(handle, stat.size, path);
  if (magic === HDF5_MAGIC) return openHdf5(handle, path);
  if (ZIP_MAGICS.includes(magic.slice(0, 4))) {
    const grid = await openStore(await openZipStore(path));
    await handle.close();
    return grid;
  }
  if (magic === '') throw foreign(path, 'an empty file', 'Fetch the file again.');
  const known = FOREIGN.find(([beginnings]) => beginnings.some((beginning) => magic.trimStart().startsWith(beginning)));
  if (!known) {
    for (const place of HDF5_PLACES) if ((await bytesAt(handle, place)) === HDF5_MAGIC) return openHdf5(handle, path);
  }
  throw known
    ? foreign(path, `a file of the format ${known[1]}`, known[2])
    : foreign(path, 'no known format', READ_HINT);
}

/** Eight bytes, or as many as there are, as one character each. */
async function bytesAt(handle: FileHandle, position: number): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, position);
  return buffer.subarray(0, bytesRead).toString('latin1');
}

async function openStore(store: ZarrStore): Promise<DataFile> {
  try {
    return await openZarr(store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openHdf5(handle: FileHandle, path: string): Promise<DataFile> {
  const grid = await openNetcdf4(path);
  await handle.close();
  return grid;
}

function foreign(path: string, what: string, hint: string): KernelcastError {
  return new KernelcastError('FORMAT', `this is ${what}`, { where: { file: path }, hint });
}
