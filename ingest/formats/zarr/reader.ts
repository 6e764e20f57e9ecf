/**
 * Zarr, versions 2 and 3, through zarrita: the arrays of the root group, read chunk by chunk. A chunk that was never written is
 * the fill value; one that cannot be unpacked, or has another length than its place, is an error.
 */
import {
  type AbsolutePath,
  type DataType,
  isZarritaError,
  open,
  type RangeQuery,
  root,
  type Array as ZarrArray,
} from 'zarrita';
import { isKernelcastError, KernelcastError } from '../../../src/errors.ts';
import {
  type Attributes,
  checkSlab,
  type DataFile,
  type DataVariable,
  type ElementType,
  type RawArray,
} from '../data-file.ts';
import { copyChunk, numbersFor, placesBetween } from '../slab.ts';
import { attributesOf, consolidated, isObject, parseJson } from './attributes.ts';
import { registerCodecs } from './codecs.ts';
import { broken, checkSize, type ZarrStore } from './store.ts';

/** One slab must fit into memory a few times over. */
const MOST_SLAB_BYTES = 512 * 1024 * 1024;

/** A slab of more chunks takes longer than anybody waits: it is stored in crumbs, or its header lies. */
const MOST_CHUNKS = 100_000;

/** Chunks that are fetched and unpacked at the same time, and the bytes that they may have together. */
const MOST_AT_ONCE = 16;
const BYTES_AT_ONCE = 64 * 1024 * 1024;

const TYPES: Record<string, ElementType> = {
  int8: 'byte',
  uint8: 'ubyte',
  int16: 'short',
  uint16: 'ushort',
  int32: 'int',
  uint32: 'uint',
  int64: 'int64',
  uint64: 'uint64',
  float32: 'float',
  float64: 'double',
  string: 'string',
  'v2:object': 'string',
};

/** A name that is a place elsewhere is none. */
const PLAIN_NAME = /^[^/\\%?#.][^/\\%?#]*$/;

type Documents = ReadonlyMap<string, unknown>;

interface OpenArray extends DataVariable {
  array: ZarrArray<DataType, VariableStore>;
}

/**
 * @param store the grid closes it
 * @throws KernelcastError `FORMAT`: no Zarr group, or a damaged one; `ENVIRONMENT`: the store does not answer
 */
export async function openZarr(store: ZarrStore): Promise<DataFile> {
  registerCodecs();
  const three = await documentOf(store, '/zarr.json');
  const version = three === undefined ? 2 : 3;
  const rootDocument = three ?? (await documentOf(store, '/.zmetadata')) ?? (await documentOf(store, '/.zgroup'));
  if (!isObject(rootDocument)) {
    throw new KernelcastError('FORMAT', 'this is no Zarr group: it has no zarr.json, .zmetadata or .zgroup', {
      where: { file: store.path },
      hint: /^https?:/i.test(store.path)
        ? 'Only Zarr is read at its address. Fetch a file of another format first, or let `kernelcast ingest` do it.'
        : 'Give the folder that holds one of them.',
    });
  }
  const documents = consolidated(rootDocument, version);
  const groupAttributes =
    version === 3
      ? rootDocument.attributes
      : documents
        ? documents.get('.zattrs')
        : await documentOf(store, '/.zattrs');
  const variables = new Map<string, OpenArray>();
  for (const name of await namesOf(store, documents)) {
    const variable = await openVariable(store, name, version, documents ?? new Map());
    if (variable) variables.set(name, variable);
  }
  return new ZarrGrid(store, version, attributesOf(groupAttributes), variables);
}

async function documentOf(store: ZarrStore, key: AbsolutePath): Promise<unknown> {
  const bytes = await store.get(key);
  if (!bytes) return undefined;
  try {
    return parseJson(bytes);
  } catch (cause) {
    throw broken(store.path, 'a document that is no JSON', { key }, cause);
  }
}

async function namesOf(store: ZarrStore, documents: Documents | undefined): Promise<string[]> {
  const listed = documents
    ? [...documents.keys()].filter((key) => key.split('/').length === 2).map((key) => key.split('/')[0])
    : await store.list();
  if (!listed) {
    throw new KernelcastError('FORMAT', 'a Zarr store behind HTTP whose metadata are not consolidated', {
      where: { file: store.path },
      hint: 'Consolidate it: zarr.consolidate_metadata(STORE).',
    });
  }
  return [...new Set(listed)].filter((name) => PLAIN_NAME.test(name) && name !== 'zarr.json');
}

/** Undefined for what is no array, or one of a type that no weather data have. */
async function openVariable(
  store: ZarrStore,
  name: string,
  version: 2 | 3,
  documents: Documents,
): Promise<OpenArray | undefined> {
  const where = { variable: name };
  const own = new VariableStore(store, documents);
  const document = version === 3 ? await own.document(`/${name}/zarr.json`) : undefined;
  // A type with a configuration of its own is one of times, or of structures.
  if (isObject(document) && isObject(document.data_type)) return undefined;
  own.indexFirst = isIndexFirst(document);
  let array: ZarrArray<DataType, VariableStore>;
  try {
    const opened = await (version === 3 ? open.v3 : open.v2)(root(own).resolve(name));
    if (opened.kind !== 'array') return undefined;
    array = opened as typeof array;
  } catch (error) {
    if (isKernelcastError(error)) throw error;
    if (isZarritaError(error, 'NotFoundError')) return undefined;
    // Times of numpy, complex numbers and the like: no weather data.
    if (isZarritaError(error, 'InvalidMetadataError') && /data_?type|dtype/i.test(error.message)) return undefined;
    throw broken(store.path, `its description cannot be read: ${(error as Error).message}`, where, error);
  }
  const { shape, chunks } = array;
  const type = TYPES[array.dtype] ?? (/^v2:[US]\d+$/.test(array.dtype) ? 'string' : undefined);
  if (!type) return undefined;
  const isCount = (n: unknown, least: number) => Number.isSafeInteger(n) && (n as number) >= least;
  const sound =
    Array.isArray(shape) &&
    Array.isArray(chunks) &&
    shape.length === chunks.length &&
    shape.every((n) => isCount(n, 0)) &&
    chunks.every((n) => isCount(n, 1));
  if (!sound) throw broken(store.path, 'its shape and its chunks are no lengths that fit', where);
  const names = array.dimensionNames ?? [];
  const dimensions = shape.map((length, axis) => String(names[axis] ?? `phony_dim_${length}`));
  // In version 2 the fill value is what is missing; in 3 it only stands for what was never written.
  const fill: unknown = array.fillValue;
  const attributes = attributesOf(array.attrs, type);
  // Zero is what zarr-python writes where nobody chose a value: hour 0, 0 degrees north and 0 degC are values.
  if (
    version === 2 &&
    (typeof fill === 'number' || typeof fill === 'bigint') &&
    Number(fill) !== 0 &&
    !attributes.has('_FillValue')
  ) {
    attributes.set('_FillValue', { type: 'double', value: [Number(fill)] });
  }
  own.mustHave = fill === null || fill === undefined;
  return { name, type, dimensions, shape, chunk: chunks, attributes, array };
}

/** Whether shards begin with their index, and do not end with it. */
function isIndexFirst(document: unknown): boolean {
  const codecs = isObject(document) && Array.isArray(document.codecs) ? document.codecs : [];
  const sharding = codecs.find((codec) => isObject(codec) && codec.name === 'sharding_indexed');
  return isObject(sharding?.configuration) && sharding.configuration.index_location === 'start';
}

/**
 * A store as one array sees it: documents come from the consolidated ones, a chunk may not be absent where nothing fills it, and the
 * index of a shard, which zarrita looks for at the end, is where it is.
 */
class VariableStore {
  mustHave = false;
  indexFirst = false;
  readonly #store: ZarrStore;
  readonly #documents: Documents;

  constructor(store: ZarrStore, documents: Documents) {
    this.#store = store;
    this.#documents = documents;
  }

  async get(key: AbsolutePath): Promise<Uint8Array | undefined> {
    const isDocument = /\/(zarr\.json|\.z(array|attrs|group))$/.test(key);
    if (!isDocument) return this.#present(key, await this.#store.get(key));
    const document = await this.document(key);
    return document === undefined ? undefined : Buffer.from(JSON.stringify(withoutDefaultFill(document)));
  }

  async document(key: AbsolutePath): Promise<unknown> {
    return this.#documents.size > 0 ? this.#documents.get(key.slice(1)) : documentOf(this.#store, key);
  }

  async getRange(key: AbsolutePath, range: RangeQuery): Promise<Uint8Array | undefined> {
    if ('length' in range) checkSize(this.#store.path, key, range.length);
    const place = 'suffixLength' in range && this.indexFirst ? { offset: 0, length: range.suffixLength } : range;
    return this.#present(key, await this.#store.getRange(key, place));
  }

  #present(key: string, value: Uint8Array | undefined): Uint8Array | undefined {
    if (value || !this.mustHave) return value;
    throw broken(this.#store.path, 'a chunk is not there, and nothing is said to fill it', { key });
  }
}

/**
 * A field of which a chunk was never written is missing there: where the fill value is the 0 that nobody chose, NaN fills it. Along one
 * dimension it stays, since hour 0 may be a chunk of its own, which zarr-python leaves out as one of nothing but fill values.
 */
function withoutDefaultFill(document: unknown): unknown {
  if (!isObject(document) || document.fill_value !== 0 || !Array.isArray(document.shape) || document.shape.length < 2)
    return document;
  const type = document.dtype;
  return typeof type === 'string' && /^[<>]f[48]$/.test(type) ? { ...document, fill_value: 'NaN' } : document;
}

class ZarrGrid implements DataFile {
  readonly path: string;
  readonly format: string;
  readonly dimensions: ReadonlyMap<string, number>;
  readonly attributes: Attributes;
  readonly variables: ReadonlyMap<string, OpenArray>;
  readonly #store: ZarrStore;

  constructor(store: ZarrStore, version: 2 | 3, attributes: Attributes, variables: ReadonlyMap<string, OpenArray>) {
    this.path = store.path;
    this.format = `Zarr (version ${version})`;
    this.attributes = attributes;
    this.variables = variables;
    this.#store = store;
    const dimensions = new Map<string, number>();
    for (const { name, dimensions: own, shape } of variables.values()) {
      for (const [axis, dimension] of own.entries()) {
        const other = dimensions.get(dimension);
        if (other !== undefined && other !== shape[axis]) {
          const what = `'${dimension}' is ${shape[axis]} long here and ${other} elsewhere`;
          throw broken(store.path, what, { variable: name });
        }
        dimensions.set(dimension, shape[axis]);
      }
    }
    this.dimensions = dimensions;
  }

  async read({ name }: DataVariable, start: readonly number[], count: readonly number[]): Promise<RawArray> {
    const variable = this.variables.get(name)!;
    checkSlab(variable, start, count);
    const size = count.reduce((product, n) => product * n, 1);
    this.#check(variable, size * 8, MOST_SLAB_BYTES);
    const target = numbersFor(variable.type, size);
    if (!target || size === 0) return new Float64Array(0);
    await this.#eachChunk(variable, start, count, (chunk, at) =>
      copyChunk(chunk, at, target as never, { start, count, chunk: variable.chunk! }),
    );
    return target;
  }

  async readTexts({ name }: DataVariable): Promise<string[]> {
    const variable = this.variables.get(name)!;
    const { shape } = variable;
    const size = shape.reduce((product, n) => product * n, 1);
    this.#check(variable, size * 64, MOST_SLAB_BYTES);
    const target = new Array<string>(size).fill('');
    const zeros = shape.map(() => 0);
    await this.#eachChunk(variable, zeros, shape, (chunk, at) =>
      copyChunk(chunk, at, target as never, { start: zeros, count: shape, chunk: variable.chunk! }),
    );
    return target.map((text) => String(text).replace(/\0.*$/s, '').trim());
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #eachChunk(
    variable: OpenArray,
    start: readonly number[],
    count: readonly number[],
    use: (chunk: { data: ArrayLike<unknown>; stride: readonly number[] }, at: readonly number[]) => void,
  ): Promise<void> {
    const chunk = variable.chunk!;
    const first = start.map((from, axis) => Math.floor(from / chunk[axis]));
    const last = start.map((from, axis) => Math.floor((from + count[axis] - 1) / chunk[axis]));
    const number = first.reduce((product, from, axis) => product * (last[axis] - from + 1), 1);
    if (number > MOST_CHUNKS) {
      throw broken(this.path, `${number} chunks for ${count.join(' x ')} values`, { variable: variable.name });
    }
    const values = chunk.reduce((product, n) => product * n, 1);
    this.#check(variable, values * 8, MOST_SLAB_BYTES);
    const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(BYTES_AT_ONCE / (values * 8))));
    const next = placesBetween(first, last);
    const work = async () => {
      for (const at of next) use(await this.#chunkAt(variable, at, values), at);
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, number) }, work));
  }

  async #chunkAt(variable: OpenArray, at: readonly number[], values: number) {
    const where = { variable: variable.name, chunk: at.join('.') };
    try {
      const { data, stride } = await variable.array.getChunk([...at]);
      if (data.length !== values) throw broken(this.path, `a chunk of ${data.length} of ${values} values`, where);
      return { data: listed(data), stride };
    } catch (error) {
      if (isKernelcastError(error)) throw error;
      if (isZarritaError(error, 'UnknownCodecError')) {
        throw new KernelcastError('FORMAT', `Zarr packed with the codec '${error.codec}', which is not read`, {
          where: { file: this.path, ...where },
          hint: 'Kernelcast reads blosc, zlib, gzip, zstd and lz4.',
        });
      }
      const cause = isZarritaError(error, 'CodecPipelineError') ? error.cause : error;
      if (isKernelcastError(cause)) throw cause;
      throw broken(this.path, `a chunk that cannot be unpacked: ${(cause as Error)?.message ?? cause}`, where, error);
    }
  }

  #check({ name }: DataVariable, bytes: number, most: number): void {
    if (bytes <= most) return;
    throw broken(this.path, `${bytes} bytes would have to be in memory at once`, { variable: name });
  }
}

/** Arrays of texts of one length give them one by one. */
function listed(data: object): ArrayLike<unknown> {
  if (!('get' in data)) return data as ArrayLike<unknown>;
  const texts = data as { length: number; get(index: number): string };
  return Array.from({ length: texts.length }, (_, index) => texts.get(index));
}
