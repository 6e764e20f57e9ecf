import { expect, test } from 'vitest';
import { roleOf } from '../../../../models/training/data/places.ts';
import { dataConfigSchema, type PlacesConfig } from '../../../../models/training/training-config.ts';

const places = (config: Partial<PlacesConfig>): PlacesConfig =>
  dataConfigSchema.parse({
    sources: [{ dataset: 'a', train: { from: '2001-01-01', to: '2002-01-01' } }],
    places: { validate: 0.1, test: 0.1, ...config },
  }).places!;

const globe = Array.from({ length: 90 * 180 }, (_, cell) => ({
  latitude: -89 + 2 * (cell % 90),
  longitude: -179 + 2 * Math.floor(cell / 90),
}));

test('cells are drawn with the shares that are asked for, each always the same, in whichever source', () => {
  const roles = globe.map((point) => roleOf(point, places({})));
  const share = (role: string) => roles.filter((one) => one === role).length / roles.length;
  expect(share('test')).toBeCloseTo(0.1, 1);
  expect(share('validate')).toBeCloseTo(0.1, 1);
  expect(globe.map((point) => roleOf(point, places({})))).toEqual(roles);
});

test('stations of one cell go together, so that two years of one airport do', () => {
  for (const { latitude, longitude } of globe.slice(0, 500)) {
    const near = { latitude: latitude + 0.9, longitude: longitude - 0.9 };
    expect(roleOf(near, places({}))).toBe(roleOf({ latitude, longitude }, places({})));
  }
});

test('a region goes before its cells', () => {
  const region = { name: 'Oceania', role: 'test' as const, south: -50, north: -30, west: 160, east: 180 };
  const of = places({ regions: [region] });
  const inside = globe.filter(({ latitude, longitude }) => latitude > -50 && latitude < -30 && longitude > 160);
  expect(inside.length).toBeGreaterThan(50);
  expect(new Set(inside.map((point) => roleOf(point, of)))).toEqual(new Set(['test']));
  expect(new Set(inside.map((point) => roleOf(point, places({})))).size).toBe(3);
});
