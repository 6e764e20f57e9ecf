/** The lines of the two charts, as data: what is drawn, in which order, and what stands in the legend. Pure. */
import { type LineRole, roleOf } from '../line-styles.ts';
import type { PlaceForecast, WeatherSeries } from './place-forecast.ts';

export interface ChartPoint {
  /** ms since the epoch. */
  x: number;
  /** NaN = missing, the line breaks. */
  y: number;
}

export interface ChartLine {
  role: LineRole;
  label: string;
  points: ChartPoint[];
}

/** Observed, then the run's default model, then (when asked for) what it is compared with. */
export function chartLines(
  forecast: PlaceForecast,
  variable: Exclude<keyof WeatherSeries, 'direction'>,
  baselines: boolean,
): ChartLine[] {
  const { times, init, observed, models } = forecast;
  const points = (series: WeatherSeries, from: number, to: number): ChartPoint[] =>
    times.flatMap((x, hour) => (x < from || x > to ? [] : [{ x, y: series[variable][hour] ?? Number.NaN }]));

  const past: ChartLine = {
    role: 'observed',
    label: 'Observed',
    points: points(observed, Number.NEGATIVE_INFINITY, init),
  };
  const anchor = past.points.at(-1);
  const lines = models.map(({ model, series }, index): ChartLine => {
    const future = points(series, init + 1, Number.POSITIVE_INFINITY);
    return {
      role: roleOf(model, index),
      label: index === 0 ? 'Forecast' : model.name,
      // The forecast grows out of the last observation, so that the eye finds no gap.
      points: index === 0 && anchor && !Number.isNaN(anchor.y) ? [anchor, ...future] : future,
    };
  });
  return [past, ...lines.slice(0, baselines ? lines.length : 1)];
}

/** The value of a line at an hour, for the read-out; undefined where it has none. */
export function valueAt({ role, points }: ChartLine, time: number, init: number): number | undefined {
  if (role === 'forecast' && time === init) return undefined;
  const y = points.find(({ x }) => x === time)?.y;
  return y === undefined || Number.isNaN(y) ? undefined : y;
}

/** Hours between two labels on the time axis, so that they stand apart at a width in pixels. */
export function tickStep(width: number, hours: number): number {
  const room = 34;
  return [3, 6, 12, 24].find((step) => (width / hours) * step >= room) ?? 24;
}
