/** What stands around the lines of a chart: nights, the forecast's ground and its bands, midnights, the now-line, wind directions; and the mark of the chosen hour. */
import type { Chart, Plugin } from 'chart.js';
import { HOUR, zoneOffset } from '../format/time.ts';
import type { Theme } from '../theme.ts';
import type { BandPoint } from './place-forecast.ts';

export interface Frame {
  theme: Theme;
  /** Initialisation time of the run, ms. */
  init: number;
  /** What stands at the line that parts observed from forecast. */
  initLabel: string;
  unit: string;
  /** When it is night at the place: beginnings and ends, ms. */
  nights: readonly (readonly [number, number])[];
  /** In the unit of the axis: quantiles in ascending order, the outermost first and last. */
  band: readonly BandPoint[];
  /** Wind: degrees that it blows from, along `times`. */
  directions?: { times: readonly number[]; from: readonly (number | null)[] };
}

/** Room above the plot for the unit and the wind arrows, px. */
export const STRIP = 22;

/** @param frame asked anew at each drawing, for it changes with the state. */
export function framePlugin(frame: () => Frame | undefined): Plugin<'line'> {
  return {
    id: 'frame',
    beforeDatasetsDraw(chart) {
      const now = frame();
      if (now) drawGround(chart, now);
    },
    afterDatasetsDraw(chart) {
      const now = frame();
      if (!now) return;
      drawInit(chart, now);
      drawUnit(chart, now);
      if (now.directions) drawDirections(chart, now, now.directions);
    },
  };
}

function line(chart: Chart, time: number, colour: string, width: number, dash: number[] = []): void {
  const { ctx, chartArea, scales } = chart;
  const x = Math.round(scales.x.getPixelForValue(time)) + (width % 2 === 1 ? 0.5 : 0);
  if (x < chartArea.left || x > chartArea.right + 1) return;
  ctx.save();
  ctx.setLineDash(dash);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.moveTo(x, chartArea.top);
  ctx.lineTo(x, chartArea.bottom);
  ctx.stroke();
  ctx.restore();
}

function drawGround(chart: Chart, { theme, init, nights, band }: Frame): void {
  const { ctx, chartArea, scales } = chart;
  const fill = (from: number, to: number, colour: string): void => {
    const left = Math.max(chartArea.left, scales.x.getPixelForValue(from));
    const right = Math.min(chartArea.right, scales.x.getPixelForValue(to));
    ctx.fillStyle = colour;
    if (right > left) ctx.fillRect(left, chartArea.top, right - left, chartArea.bottom - chartArea.top);
  };
  ctx.save();
  for (const [from, to] of nights) fill(from, to, theme.dusk);
  fill(init, scales.x.max, theme.future);
  ctx.restore();
  const day = 24 * HOUR;
  const offset = zoneOffset(init);
  for (
    let midnight = Math.ceil((scales.x.min + offset) / day) * day;
    midnight <= scales.x.max + offset;
    midnight += day
  ) {
    line(chart, midnight - offset, theme.grid, 1);
  }
  drawBand(chart, band, theme);
}

/** Two bands about the middle: the outer quantiles, and within them the inner ones. */
function drawBand(chart: Chart, band: readonly BandPoint[], theme: Theme): void {
  const { ctx, scales } = chart;
  if (band.length < 2) return;
  const levels = band[0].values.length;
  ctx.save();
  for (const [low, colour] of [
    [0, theme.band],
    [1, theme.innerBand],
  ] as const) {
    const high = levels - 1 - low;
    ctx.beginPath();
    for (const { time, values } of band)
      ctx.lineTo(scales.x.getPixelForValue(time), scales.y.getPixelForValue(values[low]));
    for (const { time, values } of band.toReversed()) {
      ctx.lineTo(scales.x.getPixelForValue(time), scales.y.getPixelForValue(values[high]));
    }
    ctx.closePath();
    ctx.fillStyle = colour;
    ctx.fill();
  }
  ctx.restore();
}

/** The line that parts observed from forecast. */
function drawInit(chart: Chart, { theme, init, initLabel }: Frame): void {
  const { ctx, chartArea, scales } = chart;
  line(chart, init, theme.ink, 1, [3, 3]);
  ctx.save();
  ctx.font = `600 ${theme.textSize(10)}px ${theme.font}`;
  ctx.fillStyle = theme.ink;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'top';
  ctx.fillText(initLabel, scales.x.getPixelForValue(init) - 4, chartArea.top + 2);
  ctx.restore();
}

/** A line at an hour, ms, and a dot where it meets each of the others. */
export function drawMark(chart: Chart, marked: number, theme: Theme): void {
  const { ctx, scales } = chart;
  line(chart, marked, theme.muted, 1);
  const x = scales.x.getPixelForValue(marked);
  ctx.save();
  chart.data.datasets.forEach((dataset, index) => {
    const point = (dataset.data as { x: number; y: number }[]).find((candidate) => candidate.x === marked);
    if (!point || Number.isNaN(point.y) || dataset.label === undefined || !chart.isDatasetVisible(index)) return;
    ctx.beginPath();
    ctx.arc(x, scales.y.getPixelForValue(point.y), 3.5, 0, 7);
    ctx.fillStyle = dataset.borderColor as string;
    ctx.fill();
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = theme.surface;
    ctx.stroke();
  });
  ctx.restore();
}

function drawUnit(chart: Chart, { theme, unit }: Frame): void {
  const { ctx, chartArea } = chart;
  ctx.save();
  ctx.font = `${theme.textSize(11)}px ${theme.font}`;
  ctx.fillStyle = theme.muted;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  ctx.fillText(unit, chartArea.left - 6, chartArea.top - STRIP / 2 - 2);
  ctx.restore();
}

/** Arrows point where the wind goes, as on the map. */
function drawDirections(chart: Chart, { theme, init }: Frame, directions: NonNullable<Frame['directions']>): void {
  const { ctx, chartArea, scales } = chart;
  const perHour = (chartArea.right - chartArea.left) / ((scales.x.max - scales.x.min) / HOUR);
  const step = [1, 2, 3, 6].find((hours) => hours * perHour >= 15) ?? 6;
  ctx.save();
  ctx.lineWidth = 1.3;
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  directions.times.forEach((time, index) => {
    const from = directions.from[index];
    if (from === null || (time / HOUR) % step !== 0) return;
    ctx.save();
    ctx.translate(scales.x.getPixelForValue(time), chartArea.top - STRIP / 2);
    ctx.rotate(((from + 180) * Math.PI) / 180);
    ctx.strokeStyle = time > init ? theme.accent : theme.muted;
    ctx.beginPath();
    ctx.moveTo(0, 5.5);
    ctx.lineTo(0, -5.5);
    ctx.moveTo(-3, -2);
    ctx.lineTo(0, -5.5);
    ctx.lineTo(3, -2);
    ctx.stroke();
    ctx.restore();
  });
  ctx.restore();
}
