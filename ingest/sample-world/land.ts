/** Where the sample world has land: Natural Earth's 1:110 million outlines, from the `world-atlas` package. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type GeoGeometryObjects, geoBounds, geoContains } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { wrapLongitude } from '../../src/domain/geo.ts';
import type { WorldGrid } from './grid.ts';

interface Outline {
  polygon: GeoGeometryObjects;
  south: number;
  north: number;
  /** In degrees east; `west` > `east` where the outline crosses the date line. */
  west: number;
  east: number;
}

/**
 * The share of land around each grid point, 0 to 1, [latitude, longitude]: the outlines at the grid points, smoothed with
 * [1 2 1]/4 both ways so that coasts are a matter of degree. The poles are the mean of their row.
 */
export async function landFraction(grid: WorldGrid): Promise<Float64Array> {
  const outlines = await readOutlines();
  const mask = new Float64Array(grid.rows * grid.columns);
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const point: [number, number] = [wrapLongitude(grid.longitudes[column]), grid.latitudes[row]];
      mask[row * grid.columns + column] = outlines.some((outline) => isInside(outline, point)) ? 1 : 0;
    }
  }
  return smooth(mask, grid);
}

async function readOutlines(): Promise<Outline[]> {
  const path = createRequire(import.meta.url).resolve('world-atlas/land-110m.json');
  const topology = JSON.parse(await readFile(path, 'utf8')) as Topology<{ land: GeometryCollection }>;
  return feature(topology, topology.objects.land).features.flatMap(({ geometry }) => {
    if (geometry.type !== 'MultiPolygon') return [];
    return geometry.coordinates.map((coordinates) => {
      const polygon = { type: 'Polygon' as const, coordinates };
      const [[west, south], [east, north]] = geoBounds(polygon);
      return { polygon, west, south, east, north };
    });
  });
}

function isInside({ polygon, west, south, east, north }: Outline, point: [number, number]): boolean {
  const [longitude, latitude] = point;
  if (latitude < south || latitude > north) return false;
  const within = west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
  return within && geoContains(polygon, point);
}

function smooth(mask: Float64Array, { rows, columns }: WorldGrid): Float64Array {
  const eastWest = mask.map((value, index) => {
    const start = index - (index % columns);
    const column = index - start;
    const west = mask[start + ((column + columns - 1) % columns)];
    const east = mask[start + ((column + 1) % columns)];
    return (west + 2 * value + east) / 4;
  });
  const both = eastWest.map((value, index) => {
    if (index < columns || index >= (rows - 1) * columns) return value;
    return (eastWest[index - columns] + 2 * value + eastWest[index + columns]) / 4;
  });
  for (const start of [0, (rows - 1) * columns]) {
    const pole = both.subarray(start, start + columns);
    pole.fill(pole.reduce((sum, value) => sum + value, 0) / columns);
  }
  return both;
}
