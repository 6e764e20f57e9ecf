/** The formats of answers: what asks for each, what HTTP calls it, and whether it compresses. */

import { type Hour, hourSlug } from '../../domain/time.ts';
import { type PlaceData, placeAnswer } from '../places/place-answer.ts';
import type { NearStation } from '../places/stations.ts';
import { encodeArrow } from './arrow.ts';
import { encodeCsv } from './csv.ts';
import { encodeParquet } from './parquet.ts';
import { singleTable } from './tables.ts';

export const FORMATS = ['json', 'csv', 'arrow', 'xlsx', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

export const MEDIA_TYPES: Record<Format, string> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  arrow: 'application/vnd.apache.arrow.file',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  parquet: 'application/vnd.apache.parquet',
};

/** What a browser calls the file that it keeps, `forecast-amsterdam-2025-02-22T08Z.csv`; JSON is shown and not kept. */
export function fileNameOf(what: string, places: readonly NearStation[], hour: Hour, format: Format) {
  if (format === 'json') return undefined;
  const place = places.length === 1 ? places[0].station.id : `${places.length}-stations`;
  return `${what}-${place.replaceAll(/[^\w.-]/g, '-')}-${hourSlug(hour)}.${format}`;
}

/** @throws KernelcastError `USAGE` where the format cannot hold the answer */
export async function encodePlaces(places: readonly PlaceData[], format: Format): Promise<Uint8Array> {
  switch (format) {
    case 'json': {
      const answers = places.map(placeAnswer);
      return Buffer.from(JSON.stringify(answers.length === 1 ? answers[0] : answers));
    }
    case 'csv':
      return Buffer.from(encodeCsv(places));
    case 'arrow':
      return encodeArrow(singleTable(places, format));
    case 'parquet':
      return encodeParquet(singleTable(places, format));
    case 'xlsx': {
      // Loaded when the first workbook is asked for: few are.
      const { encodeWorkbook } = await import('./workbook.ts');
      return encodeWorkbook(places);
    }
  }
}
