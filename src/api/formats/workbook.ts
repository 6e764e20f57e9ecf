/** A workbook for spreadsheets: a sheet of the places, then one a block, and one of the reasons of empty cells. */
import writeWorkbook from 'write-excel-file/node';
import type { PlaceData } from '../places/place-answer.ts';
import { type BlockName, blocksOf, metadataOf } from './tables.ts';

type Cell = string | number | null;
const TITLES: Record<BlockName, string> = {
  hourly: 'Hourly',
  daily: 'Daily',
  current: 'Current',
  current_weather: 'Current weather',
  minutely_15: 'Each 15 minutes',
};

export function encodeWorkbook(places: readonly PlaceData[]): Promise<Uint8Array> {
  const identity = Object.keys(metadataOf(places[0]));
  const head = [
    'location_id',
    'station',
    'name',
    'country',
    'latitude',
    'longitude',
    'elevation',
    'distance_km',
    'timezone',
  ];
  const rows = places.map((data, index): Cell[] => {
    const { station, distanceKm } = data.place;
    const { id, name, country, latitude, longitude, elevation } = station;
    const place = [index, id, name, country, latitude, longitude, elevation, Math.round(distanceKm * 10) / 10];
    return [...place, data.zone.name, ...Object.values(metadataOf(data))];
  });
  const sheets = [{ sheet: 'Locations', data: [headerOf([...head, ...identity]), ...rows], stickyRowsCount: 1 }];
  for (const [name, { columns }] of blocksOf(places[0])) {
    const header = headerOf(['location_id', 'time', ...columns.map((column) => `${column.name} (${column.unit})`)]);
    const values = places.flatMap((data, index) => {
      const block = data[name]!;
      return block.time.map((time, row): Cell[] => [index, time, ...block.columns.map((column) => column.values[row])]);
    });
    sheets.push({ sheet: TITLES[name], data: [header, ...values], stickyRowsCount: 1 });
  }
  const nulls = places.flatMap((data, index) =>
    data.nulls.map(({ name, from, through, reason }): Cell[] => [index, name, from, through, reason]),
  );
  if (nulls.length > 0) {
    const header = headerOf(['location_id', 'name', 'from', 'through', 'reason']);
    sheets.push({ sheet: 'Nulls', data: [header, ...nulls], stickyRowsCount: 1 });
  }
  return writeWorkbook(sheets).toBuffer();
}

function headerOf(names: readonly string[]) {
  return names.map((value) => ({ value, fontWeight: 'bold' as const })) as unknown as Cell[];
}
