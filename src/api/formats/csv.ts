/**
 * CSV as Open-Meteo writes it: a table of the places, then one a block, with empty lines between them; units in the headers. The
 * reasons of empty fields are in the table of the places: `temperature_2m 2025-02-20T00:00/2025-02-20T03:00 no_observation; ...`.
 */
import type { PlaceData } from '../places/place-answer.ts';
import { type BlockName, blocksOf, metadataOf } from './tables.ts';

export function encodeCsv(places: readonly PlaceData[]): string {
  const isList = places.length > 1;
  const identity = Object.keys(metadataOf(places[0]));
  const head = ['latitude', 'longitude', 'elevation', 'utc_offset_seconds', 'timezone', 'timezone_abbreviation'];
  const lines = [line([...(isList ? ['location_id'] : []), ...head, 'station', 'distance_km', ...identity, 'nulls'])];
  for (const [index, data] of places.entries()) {
    const { station, distanceKm } = data.place;
    const { offset, name, abbreviation } = data.zone;
    lines.push(
      line([
        ...(isList ? [index] : []),
        station.latitude,
        station.longitude,
        station.elevation,
        offset,
        name,
        abbreviation,
        station.id,
        Math.round(distanceKm * 10) / 10,
        ...Object.values(metadataOf(data)),
        data.nulls.map(({ name, from, through, reason }) => `${name} ${from}/${through} ${reason}`).join('; '),
      ]),
    );
  }
  for (const [name] of blocksOf(places[0])) lines.push('', ...blockLines(places, name, isList));
  return `${lines.join('\n')}\n`;
}

function blockLines(places: readonly PlaceData[], name: BlockName, isList: boolean): string[] {
  const { columns } = places[0][name]!;
  const header = ['time', ...columns.map((column) => `${column.name} (${column.unit})`)];
  const lines = [line(isList ? ['location_id', ...header] : header)];
  for (const [index, data] of places.entries()) {
    const block = data[name]!;
    for (const [row, time] of block.time.entries()) {
      const values = block.columns.map((column) => column.values[row]);
      lines.push(line(isList ? [index, time, ...values] : [time, ...values]));
    }
  }
  return lines;
}

/** RFC 4180: quotes around what holds a comma, a quote or a line's end. A missing value is an empty field. */
function line(fields: readonly (string | number | null)[]): string {
  return fields
    .map((field) => {
      const text = field === null ? '' : String(field);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}
