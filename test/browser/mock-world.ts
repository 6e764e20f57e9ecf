/** A small made-up world with a formula for its weather: the same numbers in each run of the browser tests. */
import { readFileSync } from 'node:fs';

export interface MockStation {
  id: string;
  name: string;
  country: string;
  latitude: number;
  longitude: number;
  elevation: number | null;
}

export interface MockWeather {
  temperature: number;
  speed: number;
  direction: number;
}

export const HOUR = 3_600_000;
export const LEAD_HOURS = 24;
export const DATASET = 'sample-world';
export const FIELDS: Record<string, [keyof MockWeather, string]> = {
  temperature_2m: ['temperature', '°C'],
  wind_speed_10m: ['speed', 'm/s'],
  wind_direction_10m: ['direction', '°'],
};

/** Hours since the epoch, as the API writes them. */
export function iso(hour: number): string {
  return `${new Date(hour * HOUR).toISOString().slice(0, 16)}Z`;
}

export function hourOf(text: string): number {
  return Date.parse(text.endsWith('Z') ? text : `${text}Z`) / HOUR;
}

/** A variable as the API gives it, to a tenth. */
export function valueAt(weather: MockWeather, variable: string): number {
  return Math.round(weather[FIELDS[variable][0]] * 10) / 10;
}

/**
 * The first `count` places of the sample world's catalogue, spread over the alphabet and so over the world. Where more are wanted
 * than it has, the others lie around these.
 */
export function mockStations(count: number): MockStation[] {
  const places = catalogue(count);
  return Array.from({ length: count }, (_, index) => {
    const place = places[index % places.length];
    const round = Math.floor(index / places.length);
    if (round === 0) return place;
    const turn = index * 2.4;
    const latitude = Math.max(-88, Math.min(88, place.latitude + 0.9 * round * Math.sin(turn)));
    const longitude = ((place.longitude + 1.2 * round * Math.cos(turn) + 540) % 360) - 180;
    return { ...place, id: `${place.id}-${round}`, name: `${place.name} ${round}`, latitude, longitude };
  });
}

function catalogue(count: number): MockStation[] {
  const [, ...rows] = readFileSync(new URL('../../ingest/sample-world/places.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const every = Math.max(1, Math.floor(rows.length / count));
  return rows
    .filter((_, index) => index % every === 0)
    .slice(0, count)
    .map((row) => {
      const [id, name, country, latitude, longitude, elevation] = row.split(',');
      const height = elevation === '' ? null : Number(elevation);
      return { id, name, country, latitude: Number(latitude), longitude: Number(longitude), elevation: height };
    });
}

const RADIAN = Math.PI / 180;

/** Zonal mean, day and night, and three waves that travel east. */
export function mockWeather({ latitude, longitude }: MockStation, hour: number): MockWeather {
  const [phi, lambda] = [latitude * RADIAN, longitude * RADIAN];
  const solar = ((hour + longitude / 15) % 24) / 24;
  const wave = (k: number, period: number, shift: number): number =>
    Math.sin(k * lambda - (2 * Math.PI * hour) / period + shift + 3 * phi);
  const storm = Math.cos(phi) * Math.sin(2 * phi) ** 2 * 4 + 0.6;
  const mean = 28 - 42 * Math.sin(phi - 0.12) ** 2 - (latitude > 0 ? 9 * Math.sin(phi) : 0);
  const u = 2 + storm * (1.4 + 1.8 * wave(5, 70, 0.4) + 1.1 * wave(9, 31, 2));
  const v = storm * (1.9 * wave(6, 62, 1.7) + 1.2 * wave(11, 26, 0.3));
  const direction = (Math.atan2(-u, -v) / RADIAN + 360) % 360;
  return {
    temperature:
      mean - 4.5 * Math.cos(2 * Math.PI * (solar - 0.12)) + storm * 1.5 * wave(6, 62, 0.2) + wave(11, 26, 1) * 1.2,
    speed: Math.hypot(u, v),
    direction,
  };
}

/** Some regions are harder to forecast than others. */
function difficulty({ latitude, longitude }: MockStation): number {
  const [phi, lambda] = [latitude * RADIAN, longitude * RADIAN];
  return 0.3 + 1.1 * Math.sin(3 * phi + 0.5) ** 2 * Math.cos(2 * lambda - 0.4) ** 2;
}

/** What a model says for a station `lead` hours after `init`: the truth, and an error that grows as such models' errors do. */
export function mockForecast(model: string, station: MockStation, init: number, lead: number): MockWeather {
  const truth = mockWeather(station, init + lead);
  if (model === 'persistence') return mockWeather(station, init);
  if (model === 'climatology') {
    const days = [1, 2, 3, 4, 5, 6, 7].map((day) => mockWeather(station, init + lead - 24 * day));
    const mean = (of: (weather: MockWeather) => number): number =>
      days.reduce((sum, day) => sum + of(day), 0) / days.length;
    return {
      temperature: mean((day) => day.temperature),
      speed: mean((day) => day.speed),
      direction: days[0].direction,
    };
  }
  const error = difficulty(station) * Math.sin(init * 0.7 + station.longitude / 9 + lead / 5) * Math.sqrt(lead);
  return {
    temperature: truth.temperature + error,
    speed: Math.max(0, truth.speed + error * 0.7),
    direction: (truth.direction + error * 12 + 360) % 360,
  };
}
