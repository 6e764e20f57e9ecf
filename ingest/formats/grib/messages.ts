/** The messages of a GRIB file: where each lies (read here), and what each holds (told by ecCodes). */
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KernelcastError } from '../../../src/errors.ts';
import { PRODUCT_KEYS, productOf, statisticLength } from './product.ts';
import { runGribTool } from './tools.ts';

export interface Place {
  offset: number;
  length: number;
}

/** One field; a message of GRIB 2 may hold several (u and v, say). */
export interface GribField {
  /** The message that holds it, and its position among the fields of that message. */
  message: Place;
  position: number;
  fields: number;
  edition: number;
  shortName: string;
  /** CF's variable name where ecCodes knows one, else `unknown`. */
  cfVarName: string;
  name: string;
  units: string;
  typeOfLevel: string;
  level: number;
  /** Milliseconds since 1970: when it is valid. */
  time: number;
  /** Milliseconds since 1970: when the forecast was made from. */
  reference: number;
  stepType: string;
  gridType: string;
  /** Of a grid of rows and columns; undefined where it has none. */
  columns: number | undefined;
  rows: number | undefined;
  points: number;
  /** Member of an ensemble; 0 where there is none. */
  member: number;
  /** What it is to an ensemble, where it is no forecast by itself: see `productOf`. */
  product: string | undefined;
  /** All that makes two messages the same quantity, but level and grid. */
  identity: string;
  /** Whether u and v are along the grid, and not along the meridians and parallels. */
  windAlongGrid: boolean;
  /** Equal for equal grids. */
  grid: string;
}

const KEYS = [
  'edition',
  'shortName',
  'cfVarName',
  'name',
  'units',
  'typeOfLevel',
  'level',
  'validityDate',
  'validityTime',
  'dataDate',
  'dataTime',
  'stepRange',
  'stepType',
  ...PRODUCT_KEYS,
  'centre',
  'paramId',
  'discipline',
  'parameterCategory',
  'parameterNumber',
  'indicatorOfParameter',
  'table2Version',
  'gridType',
  'Ni',
  'Nj',
  'numberOfPoints',
  'numberOfValues',
  'number',
  'uvRelativeToGrid',
  'md5GridSection',
];

const MOST_MESSAGES = 1_000_000;

/** Of one field; the finest global model has some ten million. */
const MOST_POINTS = 50_000_000;

function broken(path: string, what: string, where: Record<string, string | number> = {}): KernelcastError {
  return new KernelcastError('FORMAT', `a damaged GRIB file: ${what}`, {
    where: { file: path, ...where },
    hint: 'Fetch the file again; `grib_ls FILE` shows what ecCodes makes of it.',
  });
}

/** @throws KernelcastError `FORMAT`: damaged; `ENVIRONMENT`: ecCodes is not installed */
export async function readMessages(handle: FileHandle, size: number, path: string): Promise<GribField[]> {
  const places = await findMessages(handle, size, path);
  const listing = await runGribTool('grib_ls', ['-j', '-p', KEYS.join(','), resolve(path)], { file: path });
  let told: Record<string, unknown>[];
  try {
    told = JSON.parse(listing).messages;
  } catch (cause) {
    throw new KernelcastError('FORMAT', 'ecCodes describes the file in a way that cannot be read', {
      where: { file: path },
      cause,
    });
  }
  const fields = places.flatMap(({ fields, ...message }) =>
    Array.from({ length: fields }, (_, position) => ({ message, position, fields })),
  );
  if (fields.length !== told.length) {
    throw broken(path, `it has ${fields.length} fields, of which ecCodes reads ${told.length}`);
  }
  return fields.map((field, index) => ({ ...field, ...describe(told[index], path, index) }));
}

function describe(told: Record<string, unknown>, path: string, index: number) {
  const text = (key: string) => String(told[key] ?? 'unknown');
  const count = (key: string) => {
    const value = Number(told[key]);
    return Number.isSafeInteger(value) && value > 0 && value < 2 ** 31 - 1 ? value : undefined;
  };
  const points = count('numberOfPoints');
  const time = timeOf(Number(told.validityDate), Number(told.validityTime));
  if (points === undefined || Number.isNaN(time)) {
    throw broken(path, 'a message without a time or without values', { message: index + 1 });
  }
  const reference = timeOf(Number(told.dataDate), Number(told.dataTime));
  const product = productOf(told);
  const values = count('numberOfValues') ?? 0;
  if (values > points || points > MOST_POINTS) {
    throw broken(path, `a message of ${values} values for ${points} points`, { message: index + 1 });
  }
  return {
    edition: Number(told.edition),
    shortName: text('shortName'),
    cfVarName: text('cfVarName'),
    name: text('name'),
    units: text('units'),
    typeOfLevel: text('typeOfLevel'),
    level: Number(told.level) || 0,
    time,
    reference: Number.isNaN(reference) ? time : reference,
    stepType: text('stepType'),
    gridType: text('gridType'),
    columns: count('Ni'),
    rows: count('Nj'),
    points,
    member: Number(told.number) || Number(told.perturbationNumber) || 0,
    product,
    identity: [
      ...['centre', 'paramId', 'discipline', 'parameterCategory', 'parameterNumber'].map(text),
      ...['indicatorOfParameter', 'table2Version', 'shortName', 'name', 'stepType'].map(text),
      product,
      statisticLength(text('stepType'), text('stepRange')),
    ].join('|'),
    windAlongGrid: Number(told.uvRelativeToGrid) === 1,
    grid: `${text('md5GridSection')} ${points}`,
  };
}

/** 20190301 and 1830 */
function timeOf(date: number, clock: number): number {
  const [year, month, day] = [Math.floor(date / 10_000), Math.floor(date / 100) % 100, date % 100];
  return Date.UTC(year, month - 1, day, Math.floor(clock / 100), clock % 100);
}

/** Where the messages lie. Between them there may be anything but the word that a message begins with. */
async function findMessages(handle: FileHandle, size: number, path: string): Promise<(Place & { fields: number })[]> {
  const found: (Place & { fields: number })[] = [];
  let at = await nextMessage(handle, 0, size);
  while (at !== undefined) {
    if (found.length === MOST_MESSAGES) throw broken(path, `it has more than ${MOST_MESSAGES} messages`);
    const header = await bytesAt(handle, at, 16);
    const edition = header[7];
    let length = Number.NaN;
    if (header.length === 16 && edition === 1) length = header.readUIntBE(4, 3);
    if (header.length === 16 && edition === 2) length = Number(header.readBigUInt64BE(8));
    if (edition === 1 && length >= 2 ** 23) {
      throw new KernelcastError('FORMAT', 'a GRIB 1 message of more than 8 MB', {
        where: { file: path, byte: at },
        hint: 'Convert it: grib_set -s edition=2 IN OUT.',
      });
    }
    if (!(length >= 16)) throw broken(path, 'a message with a header that is none', { byte: at });
    if (at + length > size) {
      throw new KernelcastError('FORMAT', `the file is cut off: it has ${size} bytes and needs ${at + length}`, {
        where: { file: path },
        hint: 'Fetch the file again.',
      });
    }
    const fields = edition === 2 ? await countFields(handle, at, length) : 1;
    if (fields === undefined) throw broken(path, 'a message whose sections do not add up', { byte: at });
    found.push({ offset: at, length, fields });
    at = await nextMessage(handle, at + length, size);
  }
  return found;
}

const SEARCH_BYTES = 64 * 1024;

async function nextMessage(handle: FileHandle, from: number, size: number): Promise<number | undefined> {
  for (let at = from; at < size; at += SEARCH_BYTES) {
    // Four bytes more than the step, for a word that lies across.
    const index = (await bytesAt(handle, at, SEARCH_BYTES + 3)).indexOf('GRIB');
    if (index >= 0) return at + index;
  }
  return undefined;
}

/** Data sections (number 7) of a GRIB 2 message; undefined where its sections lead nowhere. */
async function countFields(handle: FileHandle, offset: number, length: number): Promise<number | undefined> {
  let fields = 0;
  for (let at = 16; ; ) {
    const header = await bytesAt(handle, offset + at, 5);
    if (header.length < 4) return undefined;
    if (header.toString('latin1', 0, 4) === '7777') return at + 4 === length && fields > 0 ? fields : undefined;
    const section = header.readUInt32BE(0);
    if (section < 5 || at + section > length) return undefined;
    if (header[4] === 7) fields++;
    at += section;
  }
}

export async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
