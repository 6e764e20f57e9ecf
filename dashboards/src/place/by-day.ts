/** The hours of a place summed up by days of the person's clock, and where its wind came from. Pure. */
import { onTheWall } from '../format/time.ts';
import type { PlaceForecast, WeatherSeries } from './place-forecast.ts';

export interface Hourly {
  time: number;
  isForecast: boolean;
  temperature: number | null;
  speed: number | null;
  direction: number | null;
}

/** Observed up to the run, then its default model. */
export function hourly({ times, init, observed, models }: PlaceForecast): Hourly[] {
  return times.map((time, hour) => {
    const series: WeatherSeries | undefined = time <= init ? observed : models[0]?.series;
    return {
      time,
      isForecast: time > init,
      temperature: series?.temperature[hour] ?? null,
      speed: series?.speed[hour] ?? null,
      direction: series?.direction[hour] ?? null,
    };
  });
}

export interface DaySummary {
  /** Its first hour at hand, ms. */
  time: number;
  hours: number;
  forecastHours: number;
  /** Null where no hour of the day has a value. */
  coldest: number | null;
  warmest: number | null;
  strongest: number | null;
  /** Sixteenth of the compass that the wind came from most often, counted by hours; null without any wind. */
  from: number | null;
}

export function byDay(hours: readonly Hourly[]): DaySummary[] {
  const days = new Map<string, Hourly[]>();
  for (const hour of hours) {
    const day = onTheWall(hour.time).toISOString().slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), hour]);
  }
  return [...days.values()].map((of) => {
    const [temperatures, speeds] = [present(of.map((hour) => hour.temperature)), present(of.map((hour) => hour.speed))];
    return {
      time: of[0].time,
      hours: of.length,
      forecastHours: of.filter(({ isForecast }) => isForecast).length,
      coldest: temperatures.length > 0 ? Math.min(...temperatures) : null,
      warmest: temperatures.length > 0 ? Math.max(...temperatures) : null,
      strongest: speeds.length > 0 ? Math.max(...speeds) : null,
      from: mostFrequent(of),
    };
  });
}

function mostFrequent(hours: readonly Hourly[]): number | null {
  const counts = new Array<number>(16).fill(0);
  for (const { direction, speed } of hours) if (direction !== null && speed !== null) counts[sector(direction, 16)]++;
  const most = Math.max(...counts);
  return most === 0 ? null : counts.indexOf(most);
}

function sector(direction: number, sectors: number): number {
  return ((Math.round((direction / 360) * sectors) % sectors) + sectors) % sectors;
}

/** Upper ends of the speed classes, m/s: light, moderate, fresh, and beyond (Beaufort 3, 5, 7). */
export const SPEED_CLASSES = [5.5, 10.8, 17.2, Number.POSITIVE_INFINITY] as const;
/** Below this, m/s, the air is calm and has no direction. */
const CALM = 0.5;
export const ROSE_SECTORS = 16;

export interface WindRose {
  /** [sector from north, clockwise][speed class]: hours. */
  sectors: number[][];
  calm: number;
  hours: number;
}

export function windRose(hours: readonly Hourly[]): WindRose {
  const rose: WindRose = {
    sectors: Array.from({ length: ROSE_SECTORS }, () => SPEED_CLASSES.map(() => 0)),
    calm: 0,
    hours: 0,
  };
  for (const { speed, direction } of hours) {
    if (speed === null || direction === null) continue;
    rose.hours++;
    if (speed < CALM) rose.calm++;
    else rose.sectors[sector(direction, ROSE_SECTORS)][SPEED_CLASSES.findIndex((end) => speed < end)]++;
  }
  return rose;
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
