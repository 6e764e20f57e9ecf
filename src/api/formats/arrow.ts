/**
 * Apache Arrow, a file of one table: `time: timestamp[ms, UTC]`, values as nullable doubles with their unit in the field's metadata.
 *
 *     import pyarrow as pa; pa.ipc.open_file('answer.arrow').read_pandas()
 */
import {
  Table as ArrowTable,
  Field,
  Float64,
  Int32,
  Schema,
  TimestampMillisecond,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import type { Table } from './tables.ts';

export function encodeArrow(table: Table): Uint8Array {
  const time = new TimestampMillisecond('UTC');
  const vectors = {
    location_id: vectorFromArray(table.locationId, new Int32()),
    station: vectorFromArray(table.station, new Utf8()),
    latitude: vectorFromArray(table.latitude, new Float64()),
    longitude: vectorFromArray(table.longitude, new Float64()),
    time: vectorFromArray(
      table.hour.map((hour) => hour * MILLISECONDS_PER_HOUR),
      time,
    ),
    ...Object.fromEntries(table.values.map(({ name, values }) => [name, vectorFromArray(values, new Float64())])),
  };
  const plain = new ArrowTable(vectors);
  const units = new Map(table.values.map(({ name, unit }) => [name, unit]));
  const fields = plain.schema.fields.map((field) => {
    const unit = units.get(field.name);
    return unit === undefined ? field : new Field(field.name, field.type, true, new Map([['unit', unit]]));
  });
  const schema = new Schema(fields, new Map(Object.entries(table.metadata)));
  return tableToIPC(new ArrowTable(schema, plain.batches), 'file');
}
