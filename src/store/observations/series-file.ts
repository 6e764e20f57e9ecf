/**
 * A series as an Arrow IPC file, which any Arrow reader opens: one row an hour, `time: timestamp[ms, UTC]`, and for each
 * variable `NAME: fixed_size_list<float32>[stations]` and `NAME_flag: fixed_size_list<uint8>[stations]`. A forecast that
 * tells its uncertainty has `NAME_p10` .. `NAME_p90` besides, as `NAME`, and one that tells how its hours hang together has
 * `NAME_ranks: fixed_size_list<float32>[paths]`, of all stations. The schema's metadata holds the station table as
 * JSON, in the order of the lists. NaN stays NaN; there are no Arrow nulls.
 *
 *     import pyarrow as pa; pa.ipc.open_file('2024-03.1b2c3d4e.arrow').read_all()
 */
import {
  type Data,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMillisecond,
  tableFromIPC,
  tableToIPC,
  Uint8,
} from 'apache-arrow';
import { z } from 'zod';
import { QUANTILE_LEVELS, QUANTILE_VARIABLES, type Quantiles, quantileColumn } from '../../domain/quantiles.ts';
import { type RankPaths, ranksColumn } from '../../domain/rank-paths.ts';
import type { Series } from '../../domain/series.ts';
import { variablesOf } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import { MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import { isVariableName, type VariableName } from '../../domain/variables.ts';
import { KernelcastError } from '../../errors.ts';
import { stationSchema } from '../manifest.ts';
import { Recent } from '../recent.ts';

const LAYOUT = 'kernelcast-series-1';
const stationsSchema = z.array(stationSchema);
/** Stations of all tables that stay in memory: of a forecast of the globe and all its parts, and more. */
const MOST_STATIONS = 250_000;
/** Station tables by their text, and the texts by their tables: an hour's files have those of the hour before. */
const tables = new Recent<readonly Station[]>(MOST_STATIONS);
const texts = new WeakMap<readonly Station[], string>();

/** @param series with at least one hour and one station */
export function encodeSeries(series: Series): Uint8Array {
  const rows = series.hours;
  const width = series.stations.length;
  if (rows < 1 || width < 1) throw new Error('a series file holds at least one hour and one station');

  const time = BigInt64Array.from({ length: rows }, (_, t) => BigInt((series.from + t) * MILLISECONDS_PER_HOUR));
  const timeType = new TimestampMillisecond('UTC');
  const fields: Field[] = [new Field('time', timeType, false)];
  const columns: Data[] = [makeData({ type: timeType, length: rows, nullCount: 0, data: time })];
  for (const [name, { values, flags }] of variablesOf(series)) {
    if (values.length !== rows * width || flags.length !== rows * width) {
      throw new Error(`${name} is not [${rows}, ${width}]`);
    }
    const flagData = makeData({ type: new Uint8(), length: rows * width, nullCount: 0, data: flags });
    const lists = [
      valuesColumn(name, values, width),
      listColumn(`${name}_flag`, flagData, width),
      ...quantileColumns(series, name),
      ...ranksColumns(series, name),
    ];
    for (const list of lists) {
      fields.push(list.field);
      columns.push(list.data);
    }
  }

  const metadata = new Map([
    ['layout', LAYOUT],
    ['stations', textOf(series.stations)],
  ]);
  const schema = new Schema(fields, metadata);
  const batch = new RecordBatch(
    schema,
    makeData({ type: new Struct(fields), length: rows, nullCount: 0, children: columns }),
  );
  return tableToIPC(new Table(schema, [batch]), 'file');
}

/**
 * The series in a file's bytes. Its arrays are views of `bytes`, not copies: do not write to either.
 * @param file named in errors
 * @throws KernelcastError `STORE_CORRUPT` when the bytes are not a series file
 */
export function decodeSeries(bytes: Uint8Array, file: string): Series {
  try {
    return decode(bytes);
  } catch (cause) {
    throw new KernelcastError('STORE_CORRUPT', 'not a series file as Kernelcast writes it', {
      where: { file, problem: cause instanceof Error ? cause.message.slice(0, 200) : String(cause) },
      cause,
    });
  }
}

function decode(bytes: Uint8Array): Series {
  const table = tableFromIPC(bytes);
  if (table.schema.metadata.get('layout') !== LAYOUT) throw new Error(`the layout is not ${LAYOUT}`);
  if (table.batches.length !== 1) throw new Error(`${table.batches.length} record batches, not 1`);
  const stations = stationsOf(table.schema.metadata.get('stations') ?? 'null');
  const rows = table.numRows;
  const columns = new Map(
    table.schema.fields.map((field, index) => [field.name, table.batches[0].data.children[index]]),
  );

  const time = columns.get('time')?.values as BigInt64Array;
  const from = Number(time[0]) / MILLISECONDS_PER_HOUR;
  const last = Number(time[rows - 1]) / MILLISECONDS_PER_HOUR;
  if (!Number.isInteger(from) || last !== from + rows - 1) throw new Error('the rows are not consecutive hours');

  const variables: Series['variables'] = {};
  for (const name of columns.keys()) {
    if (!isVariableName(name)) continue;
    const values = columns.get(name)?.children[0]?.values;
    const flags = columns.get(`${name}_flag`)?.children[0]?.values;
    const size = rows * stations.length;
    const hasValues = values instanceof Float32Array && values.length >= size;
    if (!hasValues || !(flags instanceof Uint8Array) || flags.length < size) {
      throw new Error(`${name} is not [${rows}, ${stations.length}] with flags`);
    }
    // The buffers of a file are padded.
    variables[name] = { values: values.subarray(0, size), flags: flags.subarray(0, size) };
  }
  const series: Series = { stations, from, hours: rows, variables };
  const quantiles = decodeQuantiles(series, (name) => columns.get(name)?.children[0]?.values);
  const rankPaths = decodeRankPaths(series, columns);
  return { ...series, ...(quantiles && { quantiles }), ...(rankPaths && { rankPaths }) };
}

/** The files of a dataset have the same table mostly; reading it takes longer than an hour's values. */
function stationsOf(text: string): readonly Station[] {
  const known = tables.get(text);
  if (known) return known;
  const stations = Object.freeze(stationsSchema.parse(JSON.parse(text)));
  tables.set(text, stations, stations.length);
  return stations;
}

function textOf(stations: readonly Station[]): string {
  const known = texts.get(stations);
  if (known !== undefined) return known;
  const text = JSON.stringify(stations);
  // Only what nobody can write to has one text for good.
  if (Object.isFrozen(stations)) texts.set(stations, text);
  return text;
}

function quantileColumns(series: Series, name: VariableName) {
  const levels = series.quantiles?.[name];
  if (!levels) return [];
  const size = series.hours * series.stations.length;
  if (levels.length !== QUANTILE_LEVELS.length || levels.some((values) => values.length !== size)) {
    throw new Error(`the quantiles of ${name} are not ${QUANTILE_LEVELS.length} of [time, station]`);
  }
  return levels.map((values, index) =>
    valuesColumn(quantileColumn(name, QUANTILE_LEVELS[index]), values, series.stations.length),
  );
}

/** Undefined where no variable has any. */
function decodeQuantiles({ stations, hours, variables }: Series, column: (name: string) => unknown) {
  const size = hours * stations.length;
  const quantiles: Quantiles = {};
  for (const name of QUANTILE_VARIABLES) {
    if (!variables[name]) continue;
    const found = QUANTILE_LEVELS.map((level) => column(quantileColumn(name, level)));
    if (found.every((values) => values === undefined)) continue;
    quantiles[name] = found.map((values) => {
      if (!(values instanceof Float32Array) || values.length < size) {
        throw new Error(`the quantiles of ${name} are not [${hours}, ${stations.length}]`);
      }
      return values.subarray(0, size);
    });
  }
  return Object.keys(quantiles).length > 0 ? quantiles : undefined;
}

function ranksColumns({ hours, rankPaths }: Series, name: VariableName) {
  const ranks = rankPaths?.[name];
  if (!ranks) return [];
  const paths = ranks.length / hours;
  if (!Number.isInteger(paths) || paths === 0) throw new Error(`the ranks of ${name} are not of [time, path]`);
  return [valuesColumn(ranksColumn(name), ranks, paths)];
}

/** Undefined where no variable has any. */
function decodeRankPaths({ hours, variables }: Series, columns: ReadonlyMap<string, Data>): RankPaths | undefined {
  const rankPaths: RankPaths = {};
  for (const name of QUANTILE_VARIABLES) {
    const column = columns.get(ranksColumn(name));
    if (!variables[name] || !column) continue;
    const ranks: unknown = column.children[0]?.values;
    const size = hours * (column.type as FixedSizeList).listSize;
    if (!(ranks instanceof Float32Array) || !(ranks.length >= size)) {
      throw new Error(`the ranks of ${name} are not of [${hours}, path]`);
    }
    rankPaths[name] = ranks.subarray(0, size);
  }
  return Object.keys(rankPaths).length > 0 ? rankPaths : undefined;
}

function valuesColumn(name: string, values: Float32Array, width: number) {
  return listColumn(name, makeData({ type: new Float32(), length: values.length, nullCount: 0, data: values }), width);
}

function listColumn<T extends DataType>(name: string, child: Data<T>, width: number) {
  const type = new FixedSizeList(width, new Field('item', child.type, false));
  const data = makeData({ type, length: child.length / width, nullCount: 0, child });
  return { field: new Field(name, type, false), data };
}
