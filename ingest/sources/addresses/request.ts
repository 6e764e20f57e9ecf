/** What is wanted of a service: which stations, which hours; and what it comes to: files to be fetched. */
import type { Station } from '../../../src/domain/station.ts';
import { type Hour, MILLISECONDS_PER_HOUR } from '../../../src/domain/time.ts';
import { KernelcastError } from '../../../src/errors.ts';
import type { VariableMap } from '../../cf/find-variables.ts';
import type { TableMapping } from '../../tables/mapping.ts';
import type { HttpClient } from '../http/client.ts';

export interface Wanted {
  stations?: readonly Station[];
  /** The first hour. */
  from?: Hour;
  /** Exclusive. */
  to?: Hour;
  map?: VariableMap;
}

export interface Remote {
  url: string;
  /** One of many of a series, some of which need not be there (404). */
  optional?: boolean;
  /** What the columns are, where the service has said so. */
  table?: TableMapping;
}

/** Turns an address of a service into files. */
export type Service = (url: string, wanted: Wanted, client: HttpClient) => Promise<Remote[]>;

/** @throws KernelcastError `USAGE` for a span that ends before it begins */
export function checkSpan({ from, to }: Wanted): void {
  if (from === undefined || to === undefined || from < to) return;
  throw new KernelcastError('USAGE', 'the span of time ends before it begins', {
    where: { from: instantOf(from), to: instantOf(to) },
    hint: 'The end (--to) does not belong to it: a day is --from 2024-01-01 --to 2024-01-02.',
  });
}

/** @throws KernelcastError `USAGE` where there is none */
export function spanOf(url: string, { from, to }: Wanted): { from: Hour; to: Hour } {
  if (from !== undefined && to !== undefined) return { from, to };
  throw new KernelcastError('USAGE', 'the source needs a span of time', {
    where: { url },
    hint: 'Give --from and --to, for example --from 2024-01-01 --to 2024-02-01; the end does not belong to it.',
  });
}

export function instantOf(hour: Hour): string {
  return new Date(hour * MILLISECONDS_PER_HOUR).toISOString().replace('.000Z', 'Z');
}

/** Degrees; west and east as the stations have them. */
export interface Box {
  south: number;
  north: number;
  west: number;
  east: number;
}

/**
 * Around all stations; the whole Earth from west to east where they reach further than half around it.
 * @throws KernelcastError `USAGE` without stations
 */
export function boxAround(url: string, { stations }: Wanted, margin: number): Box {
  if (!stations || stations.length === 0) {
    throw new KernelcastError('USAGE', 'the source has grids, and needs a list of stations to be sampled at', {
      where: { url },
      hint: 'Give one: --stations CSV, with the columns id, latitude and longitude.',
    });
  }
  const latitudes = stations.map(({ latitude }) => latitude);
  const longitudes = stations.map(({ longitude }) => longitude);
  const [west, east] = [Math.min(...longitudes) - margin, Math.max(...longitudes) + margin];
  const isWide = east - west > 180;
  return {
    south: Math.max(-90, Math.min(...latitudes) - margin),
    north: Math.min(90, Math.max(...latitudes) + margin),
    west: isWide ? -180 : west,
    east: isWide ? 180 : east,
  };
}
