/** HDF5's numbers of the filters that are undone past the library, by which a file names them. */
export const DEFLATE = 1;
export const SHUFFLE = 2;
export const FLETCHER32 = 3;
export const BLOSC = 32001;
export const ZSTD = 32015;

const ALL = [DEFLATE, SHUFFLE, FLETCHER32, BLOSC, ZSTD];

/** Whether a chunk that was put through these can be read past the library. */
export function canUndo(filters: readonly number[]): boolean {
  return filters.every((filter) => ALL.includes(filter));
}
