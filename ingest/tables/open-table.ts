/** Opens a table of observations, plain or gzipped, told by its content: CSV, ISD global-hourly, ISD-Lite. */
import { pipeline, Readable } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { isKernelcastError, KernelcastError } from '../../src/errors.ts';
import { fileError, systemCode } from '../../src/store/disk/files.ts';
import type { OpenedFile } from '../opened/opened-file.ts';
import { Gatherer } from './gather.ts';
import { type Layout, layoutOf, mappingsOf } from './layout.ts';
import type { TableOptions } from './table-options.ts';
import { readHead, type TableHead, withoutLines } from './table-text.ts';

/** A quote that is never closed makes a line of the whole file. */
const MOST_LINE_BYTES = 1024 * 1024;

/**
 * @returns undefined where the file is no table: binary, or HTML, XML or JSON
 * @throws KernelcastError `FORMAT`: not CSV, unknown columns, a cell that cannot be read; `STATIONS`, `UNIT`, `CONVENTIONS`
 */
export async function openTable(path: string, given: TableOptions): Promise<OpenedFile | undefined> {
  const options = { ...given, table: given.tables?.get(path) ?? given.table };
  try {
    const head = await readHead(path);
    const encoding = mappingsOf(options).find((mapping) => mapping.encoding !== undefined)?.encoding;
    const lines = head?.lines(encoding);
    if (!head || !lines || /^\s*[<{[]/.test(lines.find((line) => line.trim() !== '') ?? '<')) return undefined;
    return await gather(head, path, layoutOf(lines, path, options), { ...options, encoding });
  } catch (error) {
    throw readable(error, path);
  }
}

async function gather(
  head: TableHead,
  path: string,
  layout: Layout,
  { stations, encoding }: TableOptions & { encoding?: string },
): Promise<OpenedFile> {
  const { reader, skip, delimiter, comment, isSpaced } = layout;
  const parser = parse({
    delimiter,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    info: true,
    max_record_size: MOST_LINE_BYTES,
    ...(comment === '' ? {} : { comment, comment_no_infix: true }),
    ...(isSpaced ? { delimiter: ' ', ltrim: true, quote: false, ignore_last_delimiters: false } : {}),
  });
  pipeline(Readable.from(withoutLines(head.text(encoding), skip)), parser, () => {});
  const gatherer = new Gatherer(path, reader, stations);
  let rows = 0;
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
    rows++;
    const line = skip + info.lines;
    const cells = isSpaced ? record.filter((cell) => cell !== '') : record;
    if (reader.width !== undefined && cells.length !== reader.width) {
      if (cells.length > reader.width) checkSurplus(cells, reader.width, { file: path, line });
      else {
        gatherer.leftOut.add('short-row');
        continue;
      }
    }
    const observation = reader.read(cells, line, gatherer.leftOut);
    if (observation) gatherer.add(observation, line);
  }
  if (rows === 0) throw new KernelcastError('FORMAT', 'the table has no observations', { where: { file: path } });
  return gatherer.opened();
}

/** @throws KernelcastError `FORMAT` unless the cells beyond the heading are empty */
function checkSurplus(cells: readonly string[], width: number, where: { file: string; line: number }): void {
  const surplus = cells.slice(width);
  if (surplus.every((cell) => cell === '')) return;
  throw new KernelcastError('FORMAT', `a row has ${cells.length} cells, and the heading ${width}`, {
    where: { ...where, surplus: surplus.length, cells: cells.join(' | ').slice(0, 300) },
    hint: 'Decimal commas need quotes ("12,5") or another delimiter; so do commas in texts. Nothing of the table was taken.',
  });
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
