/** Apache Parquet, one table: `time` in UTC, values as nullable doubles; their units are in the file's metadata. */
import { parquetWriteBuffer } from 'hyparquet-writer';
import { MILLISECONDS_PER_HOUR } from '../../domain/time.ts';
import type { Table } from './tables.ts';

export function encodeParquet(table: Table): Uint8Array {
  const time = table.hour.map((hour) => new Date(hour * MILLISECONDS_PER_HOUR));
  const units = Object.fromEntries(table.values.map(({ name, unit }) => [`unit:${name}`, unit]));
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'location_id', data: table.locationId, type: 'INT32', nullable: false },
      { name: 'station', data: table.station, type: 'STRING', nullable: false },
      { name: 'latitude', data: table.latitude, type: 'DOUBLE', nullable: false },
      { name: 'longitude', data: table.longitude, type: 'DOUBLE', nullable: false },
      { name: 'time', data: time, type: 'TIMESTAMP', nullable: false },
      ...table.values.map(({ name, values }) => ({ name, data: values, type: 'DOUBLE' as const })),
    ],
    kvMetadata: Object.entries({ ...table.metadata, ...units }).map(([key, value]) => ({ key, value })),
  });
  return new Uint8Array(buffer);
}
