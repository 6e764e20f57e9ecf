/** An HDF5 file as a NetCDF-4 file, after "The NetCDF-4 File Format"; the root group only. Runs in the thread. */
import { Dataset, File, Module } from 'h5wasm/node';
import { decodeText, type RawArray } from '../data-file.ts';
import { attributeNames, elementType, readAttribute, readAttributes } from './attributes.ts';
import type { DirectDataset } from './chunk-index.ts';
import { canUndo } from './filter-numbers.ts';
import { type Hdf5Header, Refusal, type StoredVariable } from './messages.ts';
import { valuesElsewhere } from './one-file.ts';

/** The name of a dimension's dataset that is there only to be the dimension. */
const NO_VARIABLE = 'This is a netCDF dimension but not a netCDF variable.';

/** Before the name of a variable that is called like a dimension that it does not describe. */
const NO_COORDINATE = /^_nc4_non_coord_/;

/** HDF5 unpacks a chunk as a whole, in memory. */
const MOST_CHUNK_BYTES = 256 * 1024 * 1024;

export interface Hdf5File {
  header: Hdf5Header;
  read(name: string, start: readonly number[], count: readonly number[]): RawArray;
  texts(name: string): string[];
  close(): void;
}

interface Stored {
  key: string;
  path: string;
  dataset: Dataset;
  shape: readonly number[];
  /** What the dataset is called as a dimension scale; undefined where it is none. */
  scale: string | undefined;
}

/**
 * @throws Refusal: no NetCDF-4, or one that says impossible things; any other error is one of HDF5: a damaged file
 */
export function openHdf5(path: string): Hdf5File {
  const file = new File(path, 'r');
  const stored = file
    .keys()
    .filter((key) => Module.get_type(file.file_id, `/${key}`) === Module.H5G_DATASET)
    .map((key) => describe(file, key));
  const isNetcdf =
    stored.some(({ scale }) => scale !== undefined) || attributeNames(file, '/').includes('_NCProperties');
  if (!isNetcdf) {
    throw new Refusal('an HDF5 file that is no NetCDF-4: it names no dimensions', 'Write it with a NetCDF library.');
  }
  const groups = file.keys().filter((key) => Module.get_type(file.file_id, `/${key}`) === Module.H5G_GROUP);
  if (stored.length === 0 && groups.length > 0) {
    const named = groups.slice(0, 5).join(', ');
    throw new Refusal(
      `its variables are in groups (${named}), and only those of the root group are read`,
      'Bring them up: ncks -G : IN OUT.',
    );
  }
  const datasets = new Map<string, Dataset>();
  const header = { ...headerOf(file, stored, datasets), attributes: readAttributes(file, '/') };
  return {
    header,
    read: (name, start, count) => readSlab(datasets.get(name)!, start, count),
    texts: (name) => readTexts(datasets.get(name)!),
    close: () => file.close(),
  };
}

function describe(file: File, key: string): Stored {
  const path = `/${key}`;
  const dataset = new Dataset(file.file_id, path);
  const scale = Module.get_scale_name(file.file_id, path) ?? undefined;
  return { key, path, dataset, shape: dataset.shape ?? [], scale };
}

function headerOf(file: File, stored: readonly Stored[], datasets: Map<string, Dataset>) {
  const dimensions = new Map<string, number>();
  for (const { key, shape, scale } of stored) {
    if (scale !== undefined && shape.length > 0) dimensions.set(key, shape[0]);
  }
  const byId = new Map(
    stored.filter(({ key }) => dimensions.has(key)).map((one) => [idsOf(file, one, '_Netcdf4Dimid')[0], one.key]),
  );
  const found = stored
    .filter(({ scale }) => !scale?.startsWith(NO_VARIABLE))
    .map((one) => ({ ...one, type: elementType(one.dataset.metadata), own: dimensionsOf(file, one, byId) }))
    .filter(({ type }) => type !== undefined);
  // An unlimited dimension is as long as its longest variable.
  for (const { own, shape } of found) {
    for (const [axis, name] of own.entries()) {
      dimensions.set(name, Math.max(dimensions.get(name) ?? 0, shape[axis]));
    }
  }
  const variables = new Map<string, StoredVariable>();
  for (const { key, path, dataset, shape, type, own } of found) {
    const name = key.replace(NO_COORDINATE, '');
    datasets.set(name, dataset);
    variables.set(name, {
      name,
      type: type!,
      dimensions: own,
      shape: own.map((dimension) => dimensions.get(dimension)!),
      written: shape,
      chunk: dataset.metadata.chunks ?? undefined,
      width: dataset.metadata.size,
      direct: directDataset(file, dataset),
      attributes: readAttributes(file, path),
    });
  }
  return { dimensions, variables };
}

/** Numbers in chunks whose filters are known, see `filters.ts`. */
function directDataset(file: File, { path, metadata }: Dataset): DirectDataset | undefined {
  const { chunks, type, littleEndian, virtual_sources: sources } = metadata;
  const isNumber = type === Module.H5T_class_t.H5T_INTEGER.value || type === Module.H5T_class_t.H5T_FLOAT.value;
  if (!chunks || !isNumber || (sources && sources.length > 0)) return undefined;
  const filters = Module.get_dataset_filters(file.file_id, path).map(({ id }) => id);
  if (!canUndo(filters)) return undefined;
  // A reference to an object of a file is the address of its header.
  const reference = Buffer.from(Module.create_object_reference(file.file_id, path));
  if (reference.length !== 8) return undefined;
  return { address: Number(reference.readBigUInt64LE()), filters, isBigEndian: !littleEndian };
}

/** The names of a variable's dimensions: of the scales that are attached to it, or its own where it is one. */
function dimensionsOf(file: File, one: Stored, byId: ReadonlyMap<number, string>): string[] {
  const { key, path, shape, scale } = one;
  // A coordinate variable of several dimensions, such as rows of text, lists the numbers of its dimensions.
  const ids = scale === undefined ? [] : idsOf(file, one, '_Netcdf4Coordinates');
  return shape.map((length, axis) => {
    if (scale !== undefined) return axis === 0 ? key : (byId.get(ids[axis]) ?? `phony_dim_${length}`);
    const [attached] = Module.get_attached_scales(file.file_id, path, axis);
    return attached?.replace(/^.*\//, '') ?? `phony_dim_${length}`;
  });
}

function idsOf(file: File, { path }: Stored, name: '_Netcdf4Dimid' | '_Netcdf4Coordinates'): readonly number[] {
  if (!attributeNames(file, path).includes(name)) return [];
  const value = readAttribute(file, path, name)?.value;
  return typeof value === 'object' ? value : [];
}

function readSlab(dataset: Dataset, start: readonly number[], count: readonly number[]): RawArray {
  checkStorage(dataset);
  if (elementType(dataset.metadata) === 'char') return readCharacters(dataset, start, count);
  const value =
    count.length === 0 ? dataset.value : dataset.slice(start.map((from, axis) => [from, from + count[axis]]));
  if (typeof value === 'number' || typeof value === 'bigint') return Float64Array.of(Number(value));
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Float64Array.from(value, Number);
  return value as RawArray;
}

/** The bytes as they are, where h5wasm would make a text of each. */
function readCharacters({ file_id, path }: Dataset, start: readonly number[], count: readonly number[]): Uint8Array {
  const length = count.reduce((product, n) => product * n, 1);
  const pointer = Module._malloc(length);
  try {
    const [counts, offsets, steps] = [count, start, count.map(() => 1)].map((numbers) =>
      numbers.length === 0 ? null : numbers.map(BigInt),
    );
    Module.get_dataset_data(file_id, path, counts, offsets, steps, BigInt(pointer));
    return Module.HEAPU8.slice(pointer, pointer + length);
  } finally {
    Module._free(pointer);
  }
}

/** A table of stations has fewer. */
const MOST_TEXTS = 1_000_000;

function readTexts(dataset: Dataset): string[] {
  checkStorage(dataset);
  if (dataset.metadata.total_size > MOST_TEXTS) throw new Refusal(`it holds ${dataset.metadata.total_size} texts`);
  const texts = [dataset.value].flat() as string[];
  return dataset.metadata.cset === 1 ? texts : texts.map((text) => decodeText(Buffer.from(text, 'latin1')));
}

function checkStorage({ metadata: { chunks, size, virtual_sources: sources } }: Dataset): void {
  // A virtual dataset reads as fill values where its sources cannot be opened, and not as an error.
  if (sources && sources.length > 0) throw valuesElsewhere();
  const bytes = (chunks ?? []).reduce((product, n) => product * n, size);
  if (bytes > MOST_CHUNK_BYTES) {
    throw new Refusal(`it is stored in chunks of ${bytes} bytes, more than can be unpacked at once`);
  }
}
