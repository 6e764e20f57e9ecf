/**
 * NetCDF-4 files (HDF5), read a slab at a time. The HDF5 library has a thread of its own: a file that makes it crash or turn in
 * circles ends with that thread, and an error here. After an error nothing more is read from a file: the library's state is
 * not to be trusted then. Plain chunks are read past the library, see `chunk-index.ts`.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { isKernelcastError, type KernelcastError } from '../../../src/errors.ts';
import { fileError, systemCode } from '../../../src/store/disk/files.ts';
import {
  checkSlab,
  type DataFile,
  type DataVariable,
  type RawArray,
  type ReadHints,
  textsOfRows,
} from '../data-file.ts';
import { fillOf } from '../netcdf-fill.ts';
import { copyChunk, numbersFor } from '../slab.ts';
import { type ChunkIndex, readChunkIndex } from './chunk-index.ts';
import { readChunks } from './chunk-reader.ts';
import { broken } from './errors.ts';
import { type Hdf5Thread, takeThread } from './hdf5-thread.ts';
import type { Hdf5Header, StoredVariable } from './messages.ts';

/** Several chunks are unpacked at the same time. */
const MOST_CHUNK_BYTES = 64 * 1024 * 1024;

/** One slab must fit into memory a few times over. */
const MOST_SLAB_BYTES = 512 * 1024 * 1024;

/**
 * @throws KernelcastError `FORMAT`: a damaged file, or HDF5 that is no NetCDF-4; `ENVIRONMENT`: the thread cannot begin
 */
export async function openNetcdf4(path: string): Promise<DataFile> {
  const thread = await takeThread();
  return new Netcdf4Grid(thread, path, await thread.ask({ kind: 'open', path }, { file: path }));
}

class Netcdf4Grid implements DataFile {
  readonly path: string;
  readonly format = 'NetCDF-4';
  readonly dimensions: Hdf5Header['dimensions'];
  readonly attributes: Hdf5Header['attributes'];
  readonly variables: Hdf5Header['variables'];
  #thread: Hdf5Thread | undefined;
  #handle: Promise<FileHandle> | undefined;
  /** What was wrong with a chunk; every later read fails with it, as with an error of the library. */
  #end: KernelcastError | undefined;
  readonly #indices = new Map<string, Promise<ChunkIndex | undefined>>();

  constructor(thread: Hdf5Thread, path: string, { dimensions, attributes, variables }: Hdf5Header) {
    this.path = path;
    this.dimensions = dimensions;
    this.attributes = attributes;
    this.variables = variables;
    this.#thread = thread;
  }

  async read(
    { name }: DataVariable,
    start: readonly number[],
    count: readonly number[],
    hints: ReadHints = {},
  ): Promise<RawArray> {
    const variable = this.#own(name);
    const where = { file: this.path, variable: name };
    checkSlab(variable, start, count);
    const size = count.reduce((product, n) => product * n, 1);
    if (size === 0) return new Float64Array(0);
    const bytes = size * variable.width;
    if (bytes > MOST_SLAB_BYTES) throw broken(`it says that it has ${bytes} bytes of values`, where);
    const inside = count.map((n, axis) => Math.max(0, Math.min(n, variable.written[axis] - start[axis])));
    if (inside.some((n, axis) => n < count[axis])) return this.#readFilled(variable, start, count, inside);
    const thread = this.#open();
    if (this.#end) throw this.#end;
    const index = await this.#indexOf(variable);
    if (index) return this.#readDirectly(variable, index, start, count, hints);
    return thread.ask({ kind: 'read', name, start, count }, where, unpackedBytes(variable, start, count));
  }

  /** A slab that goes beyond what was written along an unlimited dimension, which other variables have made longer. */
  async #readFilled(
    variable: StoredVariable,
    start: readonly number[],
    count: readonly number[],
    inside: readonly number[],
  ): Promise<RawArray> {
    const size = count.reduce((product, n) => product * n, 1);
    const target = numbersFor(variable.type, size)!.fill(fillOf(variable));
    if (inside.includes(0)) return target;
    const data = await this.read(variable, start, inside);
    const stride = inside.map((_, axis) => inside.slice(axis + 1).reduce((product, n) => product * n, 1));
    const zeros = inside.map(() => 0);
    copyChunk({ data, stride }, zeros, target as never, { start: zeros, count, chunk: inside });
    return target;
  }

  /** Undefined for a variable that only the library can read. */
  #indexOf(variable: StoredVariable): Promise<ChunkIndex | undefined> {
    const { name, direct, chunk, written, width } = variable;
    const bytes = (chunk ?? []).reduce((product, n) => product * n, width);
    if (!direct || !chunk || bytes > MOST_CHUNK_BYTES || endianness() !== 'LE') return Promise.resolve(undefined);
    let index = this.#indices.get(name);
    if (!index) {
      this.#handle ??= open(this.path, 'r');
      index = this.#handle.then((handle) => readChunkIndex(handle, direct, { shape: written, chunk, width }));
      this.#indices.set(name, index);
    }
    return index;
  }

  async #readDirectly(
    variable: StoredVariable,
    index: ChunkIndex,
    start: readonly number[],
    count: readonly number[],
    hints: ReadHints,
  ): Promise<RawArray> {
    try {
      return await readChunks(await this.#handle!, variable, index, start, count, hints);
    } catch (error) {
      if (isKernelcastError(error)) throw error;
      if (/^E[A-Z0-9]+$/.test(systemCode(error) ?? '')) throw fileError(error, 'read a file', this.path);
      const where = { file: this.path, variable: variable.name };
      this.#end = broken(`a chunk that cannot be unpacked: ${(error as Error).message}`, where, error);
      throw this.#end;
    }
  }

  async readTexts(variable: DataVariable, rows: number): Promise<string[]> {
    const { name, type, shape } = this.#own(variable.name);
    if (type === 'string') return this.#open().ask({ kind: 'texts', name }, { file: this.path, variable: name });
    const start = shape.map(() => 0);
    return textsOfRows((await this.read(variable, start, shape)) as Uint8Array, rows);
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    const handle = await this.#handle?.catch(() => undefined);
    this.#handle = undefined;
    await handle?.close();
    await thread?.release({ file: this.path });
  }

  #open(): Hdf5Thread {
    if (!this.#thread) throw new Error(`${this.path} is closed`);
    return this.#thread;
  }

  #own(name: string): StoredVariable {
    const own = this.variables.get(name);
    if (!own) throw new Error(`${name} is no variable of ${this.path}`);
    return own;
  }
}

/** Bytes of all chunks that a slab touches. */
function unpackedBytes({ chunk, width }: StoredVariable, start: readonly number[], count: readonly number[]): number {
  return count.reduce((product, n, axis) => {
    const step = chunk?.[axis] ?? 1;
    const first = Math.floor(start[axis] / step) * step;
    return product * (Math.ceil((start[axis] + n) / step) * step - first);
  }, width);
}
