/** Opens a table of observations, plain or gzipped, told by its content: CSV, ISD global-hourly, ISD-Lite. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { Station } from '../../src/domain/station.ts';
import { isKernelcastError, KernelcastError } from '../../src/errors.ts';
import { fileError, systemCode } from '../../src/store/disk/files.ts';
import type { OpenedFile } from '../opened/opened-file.ts';
import { Gatherer } from './gather.ts';
import { globalHourly, isdLite, isdLiteStation, isGlobalHourly, isIsdLite } from './isd.ts';
import { hasUnits, knownColumns } from './known-columns.ts';
import { mappedTable } from './mapped-table.ts';
import type { TableMapping } from './mapping.ts';
import type { TableReader } from './observation.ts';

export interface TableOptions {
  stations?: readonly Station[];
  /** What the columns are; else they must be known ones. */
  table?: TableMapping;
  /** The same of some files, by path. */
  tables?: ReadonlyMap<string, TableMapping>;
}

const HEAD_BYTES = 64 * 1024;

/** A quote that is never closed makes a line of the whole file. */
const MOST_LINE_BYTES = 1024 * 1024;

/**
 * @returns undefined where the file is no table: binary, or HTML, XML or JSON
 * @throws KernelcastError `FORMAT`: not CSV, unknown columns, a cell that cannot be read; `STATIONS`, `UNIT`, `CONVENTIONS`
 */
export async function openTable(path: string, given: TableOptions): Promise<OpenedFile | undefined> {
  const options = { ...given, table: given.tables?.get(path) ?? given.table };
  const head = await headOf(path);
  if (head === undefined || !isText(head.text) || /^\s*[<{[]/.test(head.text)) return undefined;
  const firstLine = head.text.slice(0, head.text.search(/\r?\n|$/)).replace(/^\uFEFF/, '');
  const lite = isIsdLite(firstLine);
  const parser = parse({
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: MOST_LINE_BYTES,
    ...(lite ? { delimiter: ' ', ltrim: true, quote: false, ignore_last_delimiters: false } : {}),
    ...(lite ? { on_record: (cells: string[]) => cells.filter((cell) => cell !== '') } : {}),
    ...(options.table ? { delimiter: options.table.delimiter } : {}),
  });
  pipeline(bytesOf(path, head.gzipped), parser, () => {});
  try {
    return await gather(parser, path, lite ? liteReader(path) : undefined, options);
  } catch (error) {
    throw readable(error, path);
  }
}

async function gather(
  records: AsyncIterable<string[]>,
  path: string,
  reader: TableReader | undefined,
  options: TableOptions,
): Promise<OpenedFile> {
  let line = 0;
  let header: string[] | undefined;
  let gatherer = reader && new Gatherer(path, reader, options.stations);
  for await (const cells of records) {
    line++;
    if (!reader || !gatherer) {
      if (!header) {
        header = cells;
        continue;
      }
      const found = readerFor(header, cells, path, options);
      reader = found.reader;
      gatherer = new Gatherer(path, reader, options.stations);
      if (found.unitsLine) continue;
    }
    const observation = reader.read(cells, line);
    if (observation) gatherer.add(observation, line);
  }
  if (!gatherer) throw new KernelcastError('FORMAT', 'the table has no observations', { where: { file: path } });
  return gatherer.opened();
}

function readerFor(header: string[], second: string[], file: string, { table }: TableOptions) {
  if (table)
    return { reader: mappedTable(header, table, file), unitsLine: hasUnits(second, header.indexOf(table.time)) };
  if (isGlobalHourly(header)) return { reader: globalHourly(header), unitsLine: false };
  const known = knownColumns(header, second);
  if (known) return { reader: mappedTable(header, known.mapping, file), unitsLine: known.unitsLine };
  throw new KernelcastError('FORMAT', 'this is text, and its first line names no columns that Kernelcast knows', {
    where: { file, columns: header.join(', ').slice(0, 500) },
    hint: 'Where it is a table of observations, say what its columns are: --table MAPPING.json (see ingest/README.md).',
  });
}

function liteReader(path: string): TableReader {
  const station = isdLiteStation(basename(path));
  if (station !== undefined) return isdLite(station);
  throw new KernelcastError('FORMAT', 'a file of ISD-Lite tells its station by its name only, and this one does not', {
    where: { file: path },
    hint: 'Keep the name that it has at NOAA: 725300-94846-2024 or 725300-94846-2024.gz.',
  });
}

async function headOf(path: string): Promise<{ text: string; gzipped: boolean } | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  // What cannot be opened is told by the reader of grids.
  if (!handle) return undefined;
  let magic: string;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (bytesRead < 2) return undefined;
    magic = buffer.toString('latin1');
  } finally {
    await handle.close();
  }
  const gzipped = magic === '\x1f\x8b';
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of bytesOf(path, gzipped, gzipped ? undefined : HEAD_BYTES - 1)) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length >= HEAD_BYTES) break;
    }
  } catch (error) {
    if (length === 0) throw readable(error, path);
  }
  return { text: Buffer.concat(chunks).toString('latin1', 0, HEAD_BYTES), gzipped };
}

function bytesOf(path: string, gzipped: boolean, end?: number): Readable {
  const file = createReadStream(path, end === undefined ? {} : { end });
  // A failure of one ends the others; whoever reads the last is told.
  return pipeline(file, gzipped ? createGunzip() : new PassThrough(), () => {});
}

/** Text holds no control characters but tabs and line breaks. */
function isText(head: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  return !/[\x00-\x08\x0e-\x1f]/.test(head);
}

function readable(error: unknown, path: string): unknown {
  if (isKernelcastError(error)) return error;
  const code = systemCode(error) ?? '';
  if (error instanceof CsvError) {
    return new KernelcastError('FORMAT', `not CSV: ${error.message}`, {
      where: { file: path, line: Number(error.lines) },
      cause: error,
    });
  }
  if (/^Z_/.test(code)) {
    return new KernelcastError('FORMAT', 'the gzipped file is damaged or ends early', {
      where: { file: path, problem: code },
      hint: 'Fetch the file again.',
      cause: error,
    });
  }
  return code === '' ? error : fileError(error, 'read a file', path);
}
