/** The lines of the two charts, as data in the person's units: what is drawn, in which order, and what stands in the legend. Pure. */
import type { RunModel } from '../api/contracts.ts';
import { unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';
import { type LineRole, roleOf } from '../line-styles.ts';
import type { BandPoint, PlaceForecast, WeatherSeries } from './place-forecast.ts';

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

export interface ChartSeries {
  lines: ChartLine[];
  /** Behind the lines; empty where the model tells no uncertainty. */
  band: readonly BandPoint[];
}

export type ChartVariable = Exclude<keyof WeatherSeries, 'direction'>;

const BY_DEFAULT = ['persistence', 'climatology'];

/** Is a model drawn beside the default one? @param compare what the person chose; undefined: the two classic references */
export function isCompared({ id }: RunModel, compare: readonly string[] | undefined): boolean {
  return (compare ?? BY_DEFAULT).includes(id);
}

/** Observed, then the run's default model, then what it is compared with, and earlier runs last. */
export function chartSeries(
  forecast: PlaceForecast,
  variable: ChartVariable,
  compare: readonly string[] | undefined,
): ChartSeries {
  const { times, init, observed, models, earlier, bands } = forecast;
  const { of } = unit(variable);
  const pointsOf = (hours: readonly number[], series: WeatherSeries, from: number, to: number): ChartPoint[] =>
    hours.flatMap((x, hour) => {
      const value = series[variable][hour];
      return x < from || x > to ? [] : [{ x, y: value === null ? Number.NaN : of(value) }];
    });

  const past: ChartLine = {
    role: 'observed',
    label: text().observed,
    points: pointsOf(times, observed, Number.NEGATIVE_INFINITY, init),
  };
  const anchor = past.points.at(-1);
  const lines = models.flatMap(({ model, series }, index): ChartLine[] => {
    if (index > 0 && !isCompared(model, compare)) return [];
    const future = pointsOf(times, series, init + 1, Number.POSITIVE_INFINITY);
    // The forecast grows out of the last observation, so that the eye finds no gap.
    const points = index === 0 && anchor && !Number.isNaN(anchor.y) ? [anchor, ...future] : future;
    return [{ role: roleOf(model, index), label: index === 0 ? text().forecast : model.name, points }];
  });
  const before = earlier.map(
    (run): ChartLine => ({
      role: 'earlier',
      label: text().earlierRun(Math.round((init - run.init) / 3_600_000)),
      points: pointsOf(run.times, run.series, times[0], Number.POSITIVE_INFINITY),
    }),
  );
  const band = bands[variable].map(({ time, values }) => ({ time, values: values.map(of) }));
  // The band grows out of the observation too.
  if (band.length > 0 && anchor && !Number.isNaN(anchor.y)) {
    band.unshift({ time: anchor.x, values: band[0].values.map(() => anchor.y) });
  }
  return { lines: [past, ...lines, ...before], band };
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
  return [3, 6, 12, 24, 48].find((step) => (width / hours) * step >= room) ?? 48;
}
