import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { distanceKm } from '../../../src/domain/geo.ts';
import { choosePlaces, placesCsv } from './choose-places.ts';

describe('the places of the sample world', () => {
  const places = choosePlaces();

  it('are those that choose-places.ts chooses', async () => {
    const file = await readFile(new URL('../../../ingest/sample-world/places.csv', import.meta.url), 'utf8');
    expect(file).toBe(placesCsv(places));
  });

  it('are 600, each with an id of its own, a country code and a position', () => {
    expect(places).toHaveLength(600);
    expect(new Set(places.map((place) => place.id)).size).toBe(600);
    for (const place of places) {
      expect(place.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(place.name).not.toBe('');
      expect(place.country).toMatch(/^[A-Z]{2}$/);
      expect(Math.abs(place.latitude)).toBeLessThanOrEqual(90);
      expect(Math.abs(place.longitude)).toBeLessThanOrEqual(180);
    }
  });

  it('stand where they really are', () => {
    const where = (id: string) => places.find((place) => place.id === id)!;
    expect(distanceKm(where('zurich'), { latitude: 47.37, longitude: 8.54 })).toBeLessThan(20);
    expect(distanceKm(where('sydney'), { latitude: -33.87, longitude: 151.21 })).toBeLessThan(20);
    expect(distanceKm(where('sao-paulo'), { latitude: -23.55, longitude: -46.63 })).toBeLessThan(20);
    expect(where('mcmurdo').latitude).toBeLessThan(-77);
    expect(where('longyearbyen').latitude).toBeGreaterThan(78);
  });

  it('leave no large part of the globe empty', () => {
    for (let latitude = -90; latitude <= 90; latitude += 15) {
      for (let longitude = -180; longitude < 180; longitude += 15) {
        const nearest = Math.min(...places.map((place) => distanceKm(place, { latitude, longitude })));
        expect(nearest, `${latitude} ${longitude}`).toBeLessThan(2700);
      }
    }
  });
});
