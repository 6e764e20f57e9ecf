/**
 * Splits stations three ways by where they are: what trains, what validates, and what is left alone until the end, for a test.
 * Stations of one cell of latitude and longitude go together, in whichever source they are, since one airport has several
 * typical years; and whole regions can be set aside, so that a model is judged where it knows nobody.
 */

import type { Point } from '../../../src/domain/geo.ts';
import { seededRandom } from '../../../src/domain/random.ts';
import type { PlacesConfig } from '../training-config.ts';

export type Role = 'train' | 'validate' | 'test';

/** The role of a place: that of the first region that holds it, else that of its cell. */
export function roleOf({ latitude, longitude }: Point, { cellDegrees, validate, test, regions }: PlacesConfig): Role {
  const region = regions.find(
    ({ south, north, west, east }) => latitude >= south && latitude <= north && longitude >= west && longitude <= east,
  );
  if (region) return region.role;
  const cell = [latitude, longitude].map((degrees) => Math.floor(degrees / cellDegrees));
  const draw = seededRandom(`cell/${cellDegrees}/${cell.join('/')}`).uniform();
  return draw < test ? 'test' : draw < test + validate ? 'validate' : 'train';
}
