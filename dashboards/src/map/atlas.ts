/** The shapes of the earth: coarse ones that come with the page, finer ones when somebody looks close. */
import type { GeoPermissibleObjects } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import coarse from 'world-atlas/countries-110m.json' with { type: 'json' };

export interface Atlas {
  land: GeoPermissibleObjects;
  coasts: GeoPermissibleObjects;
  borders: GeoPermissibleObjects;
}

function atlasOf(source: unknown): Atlas {
  const topology = source as Topology<{ countries: GeometryCollection; land: GeometryCollection }>;
  const { countries, land } = topology.objects;
  return {
    land: feature(topology, land),
    coasts: mesh(topology, countries, (a, b) => a === b),
    borders: mesh(topology, countries, (a, b) => a !== b),
  };
}

export const COARSE: Atlas = atlasOf(coarse);

let fine: Promise<Atlas> | undefined;

/** Fetched once, of the size of everything else together: only for close looks. */
export function fineAtlas(): Promise<Atlas> {
  fine ??= import('world-atlas/countries-50m.json', { with: { type: 'json' } }).then((module) =>
    atlasOf(module.default),
  );
  return fine;
}
