/** One file as hourly series, block after block; never more of it in memory than a slab and a block. */
import { type Series, withoutRejected } from '../../src/domain/series.ts';
import type { Hour } from '../../src/domain/time.ts';
import { type OpenOptions, openFile } from '../opened/open-file.ts';
import { type OpenedFile, timesAtOnce } from '../opened/opened-file.ts';
import { controlled } from '../quality/control.ts';
import { type LeftOut, LeftOutTally } from '../quality/left-out.ts';
import { hourlyBlocks, type NativeSlab } from './hourly-blocks.ts';
import { type NativeHours, nativeHours } from './native-hours.ts';
import { bridgedByStation } from './station-steps.ts';

/** Times that are not needed are read along where the next needed one is near: one read beats many. */
const NEAR_TIMES = 8;

export interface FileSummary extends Pick<OpenedFile, 'stations' | 'outside' | 'taken' | 'variables'> {
  /** Times of the file that are used, and those that are there more than once. */
  times: number;
  duplicates: number;
  leftOut: readonly LeftOut[];
}

/**
 * All checks that need no values: format, coordinates, times, units, stations.
 * @throws KernelcastError see `openFile` and `nativeHours`
 */
export async function inspectFile(path: string, options: OpenOptions): Promise<FileSummary> {
  const opened = await openFile(path, options);
  try {
    const { stations, outside, taken, variables } = opened;
    const { hours, duplicates, between } = hoursOf(path, opened, options);
    const leftOut = new LeftOutTally();
    leftOut.addAll(opened.leftOut ?? []);
    leftOut.add('between-hours', between);
    if (opened.kind === 'grid') leftOut.add('outside-grid', outside.length);
    return {
      stations,
      outside,
      taken,
      variables,
      times: hours.length,
      duplicates: duplicates + (opened.duplicates ?? 0),
      leftOut: leftOut.list(),
    };
  } finally {
    await opened.close();
  }
}

/**
 * The hours of a file, after quality control.
 * @param options.keepRejected give what failed a check as it is, with its flag; else it is missing
 * @param options.onTimes told how many more times have been read
 * @throws KernelcastError see `inspectFile`; `FORMAT` where the file ends early
 */
export async function* readFile(
  path: string,
  options: OpenOptions & { keepRejected?: boolean; onTimes?: (count: number) => void },
): AsyncGenerator<Series> {
  const opened = await openFile(path, options);
  try {
    const native = hoursOf(path, opened, options);
    const { stations, variables } = opened;
    const checked = controlled(slabs(opened, native, options.onTimes), opened);
    const bridged = opened.stationSteps ? bridgedByStation(checked, opened.stationSteps) : checked;
    for await (const block of hourlyBlocks(bridged, { stations, variables, step: native.step })) {
      yield options.keepRejected ? block : withoutRejected(block);
    }
  } finally {
    await opened.close();
  }
}

/** The whole hours of a file (see `nativeHours`), of a span only if there is one. */
export function hoursOf(
  file: string,
  { axis, cellMethod }: OpenedFile,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: { from?: Hour; to?: Hour } = {},
): NativeHours {
  const native = nativeHours(axis, { file, cellMethod });
  const isInside = (_: number, i: number) => native.hours[i] >= from && native.hours[i] < to;
  return { ...native, hours: native.hours.filter(isInside), indices: native.indices.filter(isInside) };
}

/** The times of a file, some at once, each read once. */
export async function* slabs(
  opened: OpenedFile,
  { hours, indices }: NativeHours,
  onTimes?: (count: number) => void,
): AsyncGenerator<NativeSlab> {
  const pieces = piecesOf(opened, indices);
  const read = ({ from, to }: Piece) => {
    const first = indices[from];
    const variables = opened.read(first, indices[to - 1] - first + 1);
    // Whoever waits for it hears of an error; if nobody does any more, nobody need.
    variables.catch(() => undefined);
    return variables;
  };
  const begun: ReturnType<typeof read>[] = [];
  try {
    for (const [index, { from, to }] of pieces.entries()) {
      // While one slab is being used, or its chunks are being unpacked in other threads, the next is on its way.
      while (begun.length <= AHEAD && index + begun.length < pieces.length)
        begun.push(read(pieces[index + begun.length]));
      const variables = await begun.shift()!;
      const rows = indices.slice(from, to).map((at) => at - indices[from]);
      yield { hours: hours.slice(from, to), rows, variables };
      onTimes?.(to - from);
    }
  } finally {
    await Promise.allSettled(begun);
  }
}

/** Slabs that are read ahead. */
const AHEAD = 1;

/** Positions [from, to) among the hours, whose times are read at once. */
interface Piece {
  from: number;
  to: number;
}

function piecesOf(opened: OpenedFile, indices: Int32Array): Piece[] {
  const most = timesAtOnce(opened);
  const { chunkTimes } = opened;
  const pieces: Piece[] = [];
  for (let from = 0; from < indices.length; from = pieces[pieces.length - 1].to) {
    const first = indices[from];
    // Slabs end where chunks end, if there are whole ones in a slab.
    const end = first + most - (most >= chunkTimes ? first % chunkTimes : 0);
    let to = from + 1;
    while (to < indices.length && isNext(indices[to - 1], indices[to]) && indices[to] < end) to++;
    pieces.push({ from, to });
  }
  return pieces;
}

function isNext(index: number, next: number): boolean {
  return next > index && next - index <= NEAR_TIMES;
}
