/**
 * Chooses the places of the sample world, `ingest/sample-world/places.csv`:
 *
 *     npx tsx test/ingest/sample-world/choose-places.ts > ingest/sample-world/places.csv
 *
 * Far-off islands and polar stations are written down here; towns come from the `city-timezones` package (names and
 * positions of Natural Earth's populated places). Taken in the order of their population, a town is chosen when nothing
 * chosen so far is nearer than `SPACING_KM`, so that the land is covered evenly and by its best-known places.
 */
import { pathToFileURL } from 'node:url';
import { type CityData, cityMapping } from 'city-timezones';
import { distanceKm } from '../../../src/domain/geo.ts';
import type { Station } from '../../../src/domain/station.ts';

const SPACING_KM = 446;

/** name, country (ISO 3166-1 alpha-2), latitude, longitude */
const FAR_PLACES: [string, string, number, number][] = [
  ['Longyearbyen', 'SJ', 78.22, 15.63],
  ['Jan Mayen', 'SJ', 70.94, -8.67],
  ['Bear Island', 'SJ', 74.5, 19.0],
  ['Alert', 'CA', 82.5, -62.35],
  ['Eureka', 'CA', 79.98, -85.93],
  ['Sachs Harbour', 'CA', 71.99, -125.25],
  ['Sable Island', 'CA', 43.93, -60.01],
  ['Utqiagvik', 'US', 71.29, -156.79],
  ['Saint Paul Island', 'US', 57.12, -170.28],
  ['Adak', 'US', 51.88, -176.65],
  ['Midway Atoll', 'UM', 28.2, -177.38],
  ['Wake Island', 'UM', 19.28, 166.65],
  ['Johnston Atoll', 'UM', 16.73, -169.53],
  ['Palmyra Atoll', 'UM', 5.88, -162.08],
  ['Honolulu', 'US', 21.31, -157.86],
  ['Hilo', 'US', 19.71, -155.08],
  ['Station Nord', 'GL', 81.6, -16.66],
  ['Summit Camp', 'GL', 72.58, -38.46],
  ['Danmarkshavn', 'GL', 76.77, -18.67],
  ['Krenkel Station', 'RU', 80.63, 58.05],
  ['Wrangel Island', 'RU', 70.98, -178.53],
  ['Kotelny Island', 'RU', 76.0, 137.87],
  ['Malye Karmakuly', 'RU', 72.38, 52.73],
  ['Bering Island', 'RU', 55.2, 165.98],
  ['Bermuda', 'BM', 32.3, -64.78],
  ['Ponta Delgada', 'PT', 37.74, -25.67],
  ['Funchal', 'PT', 32.65, -16.91],
  ['Las Palmas', 'ES', 28.12, -15.43],
  ['Praia', 'CV', 14.92, -23.51],
  ['Torshavn', 'FO', 62.01, -6.77],
  ['Saint Peter and Saint Paul Archipelago', 'BR', 0.92, -29.35],
  ['Fernando de Noronha', 'BR', -3.85, -32.42],
  ['Trindade', 'BR', -20.51, -29.32],
  ['Ascension', 'SH', -7.93, -14.42],
  ['Saint Helena', 'SH', -15.93, -5.72],
  ['Tristan da Cunha', 'SH', -37.07, -12.31],
  ['Gough Island', 'SH', -40.35, -9.88],
  ['Bouvet Island', 'BV', -54.41, 3.36],
  ['Stanley', 'FK', -51.7, -57.86],
  ['Grytviken', 'GS', -54.28, -36.51],
  ['Marion Island', 'ZA', -46.88, 37.87],
  ['Port-aux-Francais', 'TF', -49.35, 70.22],
  ['Ile Amsterdam', 'TF', -37.8, 77.57],
  ['Iles Crozet', 'TF', -46.43, 51.86],
  ['Heard Island', 'HM', -53.02, 73.39],
  ['Diego Garcia', 'IO', -7.31, 72.41],
  ['Port Mathurin', 'MU', -19.68, 63.42],
  ['Port Louis', 'MU', -20.16, 57.5],
  ['Victoria', 'SC', -4.62, 55.45],
  ['Male', 'MV', 4.18, 73.51],
  ['Port Blair', 'IN', 11.67, 92.74],
  ['Cocos Islands', 'CC', -12.19, 96.83],
  ['Christmas Island', 'CX', -10.42, 105.67],
  ['Macquarie Island', 'AU', -54.5, 158.94],
  ['Lord Howe Island', 'AU', -31.55, 159.08],
  ['Norfolk Island', 'NF', -29.06, 167.96],
  ['Willis Island', 'AU', -16.29, 149.97],
  ['Campbell Island', 'NZ', -52.55, 169.15],
  ['Chatham Islands', 'NZ', -43.95, -176.56],
  ['Raoul Island', 'NZ', -29.25, -177.92],
  ['Minamitorishima', 'JP', 24.29, 153.98],
  ['Chichijima', 'JP', 27.09, 142.19],
  ['Hagatna', 'GU', 13.48, 144.75],
  ['Yap', 'FM', 9.51, 138.13],
  ['Pohnpei', 'FM', 6.96, 158.21],
  ['Majuro', 'MH', 7.1, 171.38],
  ['Tarawa', 'KI', 1.33, 172.98],
  ['Kiritimati', 'KI', 1.87, -157.43],
  ['Kanton', 'KI', -2.81, -171.68],
  ['Funafuti', 'TV', -8.52, 179.2],
  ['Apia', 'WS', -13.83, -171.77],
  ['Penrhyn', 'CK', -9.0, -158.05],
  ['Rarotonga', 'CK', -21.21, -159.78],
  ['Papeete', 'PF', -17.54, -149.57],
  ['Hiva Oa', 'PF', -9.8, -139.03],
  ['Rikitea', 'PF', -23.12, -134.97],
  ['Rapa Iti', 'PF', -27.62, -144.34],
  ['Adamstown', 'PN', -25.07, -130.1],
  ['Easter Island', 'CL', -27.15, -109.43],
  ['Robinson Crusoe Island', 'CL', -33.64, -78.83],
  ['Puerto Baquerizo Moreno', 'EC', -0.9, -89.61],
  ['Clipperton Island', 'FR', 10.3, -109.22],
  ['Socorro Island', 'MX', 18.79, -110.98],
  ['Amundsen-Scott South Pole Station', 'AQ', -90.0, 0.0],
  ['Vostok', 'AQ', -78.46, 106.84],
  ['McMurdo', 'AQ', -77.85, 166.67],
  ['Novolazarevskaya', 'AQ', -70.78, 11.83],
  ['Peter I Island', 'AQ', -68.78, -90.6],
  ['Byrd', 'AQ', -80.02, -119.53],
  ['Siple Dome', 'AQ', -81.65, -149.0],
];

/** Towns that people look for first, chosen however near their neighbours are. */
const WELL_KNOWN = new Set(
  'FR Paris, GB London, DE Berlin, NL Amsterdam, BE Brussels, CH Zürich, NO Oslo, IT Rome, ES Madrid, SE Stockholm, JP Tokyo, US New York, US San Francisco, AU Sydney, ZA Cape Town, BR Sao Paulo, BR Rio de Janeiro, KE Nairobi, IN Mumbai, CN Beijing'.split(
    ', ',
  ),
);

/** Places that the package puts on the wrong side of a meridian. */
const MISPLACED = new Set(['Novolazarevskaya Station', 'Peter I Island']);
/** What the package has instead of an ISO code. */
const CODES: Record<string, string> = { Kosovo: 'XK', Somaliland: 'SO' };

export function choosePlaces(): Station[] {
  const chosen: Station[] = [];
  const add = (name: string, country: string, latitude: number, longitude: number) => {
    const slug = slugOf(name);
    const id = chosen.some((place) => place.id === slug) ? `${slug}-${country.toLowerCase()}` : slug;
    chosen.push({ id, name, country, latitude, longitude, elevation: null });
  };
  for (const place of FAR_PLACES) add(...place);
  const isWellKnown = (town: CityData) => WELL_KNOWN.has(`${town.iso2} ${town.city}`);
  const towns = cityMapping
    .filter((town) => !MISPLACED.has(town.city))
    .toSorted(
      (a, b) =>
        Number(isWellKnown(b)) - Number(isWellKnown(a)) || b.pop - a.pop || (a.city + a.lat < b.city + b.lat ? -1 : 1),
    );
  for (const town of towns) {
    const point = { latitude: round(town.lat), longitude: round(town.lng) };
    if (!isWellKnown(town) && chosen.some((place) => distanceKm(place, point) < SPACING_KM)) continue;
    const country = /^[A-Z]{2}$/.test(town.iso2) ? town.iso2 : CODES[town.country];
    add(town.city, country, point.latitude, point.longitude);
  }
  return chosen.sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function placesCsv(places: readonly Station[]): string {
  const rows = places.map(({ id, name, country, latitude, longitude }) =>
    [id, name.includes(',') ? `"${name}"` : name, country, latitude.toFixed(2), longitude.toFixed(2), ''].join(','),
  );
  return ['id,name,country,latitude,longitude,elevation', ...rows, ''].join('\n');
}

function round(degrees: number): number {
  return Math.round(degrees * 100) / 100;
}

function slugOf(name: string): string {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/ø/gi, 'o')
    .replace(/ð/gi, 'd')
    .replace(/ł/gi, 'l')
    .replace(/ı/g, 'i')
    .replace(/[æ]/gi, 'ae')
    .replace(/ß/g, 'ss');
  return plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(placesCsv(choosePlaces()));
