/**
 * NetCDF-4 files (HDF5), read a slab at a time in a thread of their own: a file that makes the HDF5 library crash or turn in
 * circles ends with that thread, and an error here. After an error nothing more is read from a file: the library's state is
 * not to be trusted then.
 */
import { checkSlab, type Grid, type GridVariable, type RawArray, textsOfRows } from '../../grid.ts';
import { broken } from './errors.ts';
import { type Hdf5Thread, takeThread } from './hdf5-thread.ts';
import type { Hdf5Header, StoredVariable } from './messages.ts';

/** One slab must fit into memory a few times over. */
const MOST_SLAB_BYTES = 512 * 1024 * 1024;

/**
 * @throws KernelcastError `FORMAT`: a damaged file, or HDF5 that is no NetCDF-4; `ENVIRONMENT`: the thread cannot begin
 */
export async function openNetcdf4(path: string): Promise<Grid> {
  const thread = await takeThread();
  return new Netcdf4Grid(thread, path, await thread.ask({ kind: 'open', path }, { file: path }));
}

class Netcdf4Grid implements Grid {
  readonly path: string;
  readonly format = 'NetCDF-4';
  readonly dimensions: Hdf5Header['dimensions'];
  readonly attributes: Hdf5Header['attributes'];
  readonly variables: Hdf5Header['variables'];
  #thread: Hdf5Thread | undefined;

  constructor(thread: Hdf5Thread, path: string, { dimensions, attributes, variables }: Hdf5Header) {
    this.path = path;
    this.dimensions = dimensions;
    this.attributes = attributes;
    this.variables = variables;
    this.#thread = thread;
  }

  async read({ name }: GridVariable, start: readonly number[], count: readonly number[]): Promise<RawArray> {
    const variable = this.#own(name);
    const where = { file: this.path, variable: name };
    checkSlab(variable, start, count);
    const size = count.reduce((product, n) => product * n, 1);
    if (size === 0) return new Float64Array(0);
    const bytes = size * variable.width;
    if (bytes > MOST_SLAB_BYTES) throw broken(`it says that it has ${bytes} bytes of values`, where);
    const short = variable.written.findIndex((n, axis) => start[axis] + count[axis] > n);
    if (short >= 0) {
      const [written, length] = [variable.written[short], variable.shape[short]];
      throw broken(`it has ${written} of ${length} values along '${variable.dimensions[short]}'`, where);
    }
    return this.#open().ask({ kind: 'read', name, start, count }, where, unpackedBytes(variable, start, count));
  }

  async readTexts(variable: GridVariable, rows: number): Promise<string[]> {
    const { name, type, shape } = this.#own(variable.name);
    if (type === 'string') return this.#open().ask({ kind: 'texts', name }, { file: this.path, variable: name });
    const start = shape.map(() => 0);
    return textsOfRows((await this.read(variable, start, shape)) as Uint8Array, rows);
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
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
