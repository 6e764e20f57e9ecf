/**
 * NetCDF classic files (CDF-1, CDF-2 and CDF-5), read a slab at a time through a file handle: only the header and the slabs
 * that are asked for are ever in memory.
 */
import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { KernelcastError } from '../../../src/errors.ts';
import { fileError } from '../../../src/store/disk/files.ts';
import {
  checkSlab,
  type DataFile,
  type DataVariable,
  type RawArray,
  type ReadHints,
  textsOfRows,
} from '../data-file.ts';
import { numbersFor } from '../slab.ts';
import { BYTES_OF, type ClassicType, type Header, type PlacedVariable, readHeader } from './header.ts';

/** Runs of values that lie nearer than this in the file are read together: a short read costs more than the gap. */
const NEAR_BYTES = 16 * 1024;
const TOGETHER_BYTES = 1024 * 1024;

/** Longer runs are read each into its place: to copy them would cost more than to ask again. */
const SHORT_BYTES = 64 * 1024;

/** A system call reads less than 2 GiB. */
const MOST_BYTES_A_CALL = 2 ** 30;

/** Bytes [start, start + length) of the file, which go to `target` of the slab. */
interface Run {
  start: number;
  length: number;
  target: number;
}

/**
 * @param handle of the file; the grid closes it
 * @throws KernelcastError `FORMAT`; see `readHeader`
 */
export async function openNetcdfClassic(handle: FileHandle, length: number, path: string): Promise<DataFile> {
  return new NetcdfClassicGrid(handle, path, await readHeader(handle, length, path));
}

class NetcdfClassicGrid implements DataFile {
  readonly path: string;
  readonly format = 'NetCDF classic';
  readonly #handle: FileHandle;
  readonly #header: Header;

  constructor(handle: FileHandle, path: string, header: Header) {
    this.path = path;
    this.#handle = handle;
    this.#header = header;
  }

  get dimensions() {
    return this.#header.dimensions;
  }

  get attributes() {
    return this.#header.attributes;
  }

  get variables() {
    return this.#header.variables;
  }

  async read(
    variable: DataVariable,
    start: readonly number[],
    count: readonly number[],
    { memory }: ReadHints = {},
  ): Promise<RawArray> {
    const own = this.#header.variables.get(variable.name);
    if (!own) throw new Error(`${variable.name} is no variable of ${this.path}`);
    checkSlab(own, start, count);
    const size = count.reduce((product, n) => product * n, 1);
    const length = size * BYTES_OF[own.type];
    const fits = memory !== undefined && memory.byteLength >= length;
    const bytes = new Uint8Array(fits ? memory : new ArrayBuffer(length), 0, length);
    if (size > 0) await this.#fill(bytes, own, start, count);
    return toNumbers(bytes, own.type);
  }

  async readTexts(variable: DataVariable, rows: number): Promise<string[]> {
    const start = variable.shape.map(() => 0);
    return textsOfRows((await this.read(variable, start, variable.shape)) as Uint8Array, rows);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #fill(bytes: Uint8Array, variable: PlacedVariable, start: readonly number[], count: readonly number[]) {
    let batch: Run[] = [];
    for (const run of runsOf(variable, start, count)) {
      const last = batch.at(-1);
      const together =
        last &&
        run.length < SHORT_BYTES &&
        run.start - (last.start + last.length) < NEAR_BYTES &&
        run.start + run.length - batch[0].start <= TOGETHER_BYTES;
      if (last && !together) {
        await this.#readBatch(bytes, batch);
        batch = [];
      }
      batch.push(run);
    }
    await this.#readBatch(bytes, batch);
  }

  async #readBatch(bytes: Uint8Array, batch: readonly Run[]): Promise<void> {
    if (batch.length === 1) {
      const [{ start, length, target }] = batch;
      await this.#readFully(bytes.subarray(target, target + length), start);
      return;
    }
    const begin = batch[0].start;
    const last = batch[batch.length - 1];
    const window = new Uint8Array(last.start + last.length - begin);
    await this.#readFully(window, begin);
    for (const { start, length, target } of batch) {
      bytes.set(window.subarray(start - begin, start - begin + length), target);
    }
  }

  async #readFully(target: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < target.length; ) {
      const wanted = Math.min(target.length - done, MOST_BYTES_A_CALL);
      const { bytesRead } = await this.#handle.read(target, done, wanted, position + done).catch((error) => {
        throw fileError(error, 'read a file', this.path);
      });
      if (bytesRead === 0) {
        throw new KernelcastError('FORMAT', 'the file became shorter while it was read', {
          where: { file: this.path, byte: position + done },
          hint: 'Write a file under another name and rename it when it is whole.',
        });
      }
      done += bytesRead;
    }
  }
}

/** The contiguous runs of bytes that make up a slab, in the order of the file. */
function* runsOf(variable: PlacedVariable, start: readonly number[], count: readonly number[]): Generator<Run> {
  const { shape, offset, recordStride } = variable;
  const rank = shape.length;
  const width = BYTES_OF[variable.type];
  const strides = new Array<number>(rank);
  let bytes = width;
  for (let axis = rank - 1; axis >= 0; axis--) {
    strides[axis] = axis === 0 && recordStride !== undefined ? recordStride : bytes;
    bytes *= shape[axis];
  }
  // The axes from `inner` on lie in one piece: the step along each is the length of what is read of those inside it.
  let inner = rank;
  let length = width;
  while (inner > 0 && strides[inner - 1] === length) {
    inner--;
    length *= count[inner];
  }
  const index = new Array<number>(inner).fill(0);
  const first = start.reduce((sum, at, axis) => sum + at * strides[axis], offset);
  for (let target = 0; ; target += length) {
    yield { start: index.reduce((sum, at, axis) => sum + at * strides[axis], first), length, target };
    let axis = inner - 1;
    while (axis >= 0 && ++index[axis] === count[axis]) index[axis--] = 0;
    if (axis < 0) return;
  }
}

/** Big-endian bytes as numbers of this machine, in place. */
function toNumbers({ buffer, length }: Uint8Array<ArrayBuffer>, type: ClassicType): RawArray {
  const swapping = Buffer.from(buffer, 0, length);
  const width = BYTES_OF[type];
  if (endianness() === 'LE') {
    if (width === 2) swapping.swap16();
    if (width === 4) swapping.swap32();
    if (width === 8) swapping.swap64();
  }
  const count = length / width;
  if (type === 'int64') return Float64Array.from(new BigInt64Array(buffer, 0, count), Number);
  if (type === 'uint64') return Float64Array.from(new BigUint64Array(buffer, 0, count), Number);
  return numbersFor(type, count, buffer)!;
}
