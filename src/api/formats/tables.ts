/**
 * An answer as one table, for formats that hold one: a row an hour (or day) and place. What JSON says above the values goes
 * into columns (`location_id`, `station`, `latitude`, `longitude`) and into the metadata of the file, and so does why values are
 * null (`nulls`, as in JSON, with the `location_id` of each).
 */
import type { Hour } from '../../domain/time.ts';
import type { Block } from '../answers/blocks.ts';
import type { PlaceData } from '../places/place-answer.ts';
import { badParameter } from '../requests/query.ts';

export interface Table {
  locationId: number[];
  station: string[];
  latitude: number[];
  longitude: number[];
  /** The hour at which the row begins, UTC. */
  hour: Hour[];
  values: { name: string; unit: string; values: (number | null)[] }[];
  metadata: Record<string, string>;
}

const BLOCKS = ['current', 'current_weather', 'minutely_15', 'hourly', 'daily'] as const;
export type BlockName = (typeof BLOCKS)[number];

export function blocksOf(data: PlaceData): [BlockName, Block][] {
  return BLOCKS.flatMap((name) => {
    const block = data[name];
    return block ? [[name, block] as [BlockName, Block]] : [];
  });
}

/** @throws KernelcastError `USAGE` where the answer has not exactly one table */
export function singleTable(places: readonly PlaceData[], format: string): Table {
  const names = blocksOf(places[0]).map(([name]) => name);
  if (names.length !== 1) {
    throw badParameter(
      'format',
      `the format '${format}' holds one table, not ${names.join(' and ')}`,
      'Ask for one of them.',
    );
  }
  const table: Table = {
    locationId: [],
    station: [],
    latitude: [],
    longitude: [],
    hour: [],
    values: [],
    metadata: metadataOf(places[0]),
  };
  for (const [index, data] of places.entries()) {
    const [[, block]] = blocksOf(data);
    const { id, latitude, longitude } = data.place.station;
    for (const hour of block.hours) {
      table.locationId.push(index);
      table.station.push(id);
      table.latitude.push(latitude);
      table.longitude.push(longitude);
      table.hour.push(hour);
    }
    for (const [column, { name, unit, values, instants }] of block.columns.entries()) {
      table.values[column] ??= { name, unit: instants ? 'unixtime' : unit, values: [] };
      const numbers = instants ?? (values as readonly (number | null)[]);
      for (const value of numbers) table.values[column].values.push(value);
    }
  }
  const nulls = places.flatMap((data, index) => data.nulls.map((span) => ({ location_id: index, ...span })));
  if (nulls.length > 0) table.metadata.nulls = JSON.stringify(nulls);
  return table;
}

/** The identity of what is answered, as texts. */
export function metadataOf({ run, observations, generatedAt }: PlaceData): Record<string, string> {
  const metadata: Record<string, string> = { generated_at: generatedAt };
  if (run) {
    const { dataset, init, created_at, valid_until, models } = run;
    metadata.dataset = dataset;
    metadata.init = init;
    metadata.created_at = created_at;
    if (valid_until !== null) metadata.valid_until = valid_until;
    metadata.models = models.map(({ id }) => id).join(',');
    metadata.weights_sha256 = models.map(({ weights_sha256 }) => weights_sha256 ?? '').join(',');
  }
  if (observations) {
    metadata.dataset = observations.dataset;
    metadata.revision = observations.revision;
  }
  return metadata;
}
