/** Where the sample world has land: Natural Earth's 1:110 million outlines, from the `world-atlas` package. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type GeoGeometryObjects, geoContains } from 'd3-geo';
import type { Position } from 'geojson';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { wrapLongitude } from '../../src/domain/geo.ts';
import type { WorldGrid } from './grid.ts';

interface Outline {
  polygon: GeoGeometryObjects;
  /** A box around it, degrees; the whole globe where it crosses the date line, since it may then hold a pole. */
  south: number;
  north: number;
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
    return geometry.coordinates.map((coordinates) => outline(coordinates));
  });
}

function outline(coordinates: Position[][]): Outline {
  const box = { south: 90, north: -90, west: 180, east: -180 };
  for (const [longitude, latitude] of coordinates[0]) {
    box.south = Math.min(box.south, latitude);
    box.north = Math.max(box.north, latitude);
    box.west = Math.min(box.west, longitude);
    box.east = Math.max(box.east, longitude);
  }
  const polygon: GeoGeometryObjects = { type: 'Polygon', coordinates };
  if (box.east - box.west > 180) return { polygon, south: -90, north: 90, west: -180, east: 180 };
  return { polygon, ...box };
}

function isInside({ polygon, south, north, west, east }: Outline, point: [number, number]): boolean {
  const [longitude, latitude] = point;
  const inBox = latitude >= south && latitude <= north && longitude >= west && longitude <= east;
  return inBox && geoContains(polygon, point);
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
