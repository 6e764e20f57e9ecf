/** What crosses between the thread that holds an HDF5 file open and the one that asks. */
import type { Attributes, DataVariable, RawArray } from '../data-file.ts';
import type { DirectDataset } from './chunk-index.ts';

export interface StoredVariable extends DataVariable {
  /** Values along each dimension that were written; an unlimited dimension may be longer than a variable along it. */
  written: readonly number[];
  /** Bytes of one value. */
  width: number;
  /** How its chunks can be read past the library, where they can. */
  direct: DirectDataset | undefined;
}

export interface Hdf5Header {
  dimensions: ReadonlyMap<string, number>;
  attributes: Attributes;
  variables: ReadonlyMap<string, StoredVariable>;
}

export type Request =
  | { kind: 'open'; path: string }
  | { kind: 'read'; name: string; start: readonly number[]; count: readonly number[] }
  | { kind: 'texts'; name: string }
  | { kind: 'close' };

export interface Answers {
  open: Hdf5Header;
  read: RawArray;
  texts: string[];
  close: undefined;
}

export type FromThread =
  | { kind: 'ready' }
  | { kind: 'answer'; answer: Answers[Request['kind']] }
  /** @see Refusal */
  | { kind: 'refused'; message: string; hint: string | undefined }
  | { kind: 'failed'; message: string };

/** What the file is at fault for, in words for people; any other error of the thread is HDF5's own. */
export class Refusal extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
