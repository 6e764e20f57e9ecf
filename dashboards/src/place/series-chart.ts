/** One chart of the place panel: lines over three days with a frame around them. Changed in place, so that nothing flickers. */
import {
  Chart,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
} from 'chart.js';
import { clockLabel, HOUR, shortDayLabel, zoneOffset } from '../format/time.ts';
import { LINE_STYLES } from '../line-styles.ts';
import { contextOf } from '../map/canvas.ts';
import type { Theme } from '../theme.ts';
import { type ChartLine, type ChartSeries, tickStep } from './chart-data.ts';
import { drawMark, type Frame, framePlugin, STRIP } from './chart-frame.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale);

/** Width of the value axis, px: the same in both charts, so that their hours stand under each other. */
const AXIS_WIDTH = 34;

type LinearScaleOptions = { min?: number; max?: number; suggestedMin?: number; suggestedMax?: number };

export interface SeriesChart {
  show(series: ChartSeries, frame: Frame): void;
  /** Draws the same lines in another frame. */
  reframe(frame: Frame): void;
  /** Marks an hour, ms, and no other. */
  mark(time: number): void;
  /** The hour under a pointer, in ms, or undefined outside of the plot. */
  hourAt(clientX: number): number | undefined;
}

export function createSeriesChart(canvas: HTMLCanvasElement, options: { fromZero: boolean }): SeriesChart {
  let frame: Frame | undefined;
  let marked = Number.NaN;
  /** The chart without a mark, so that a mark that moves leaves the lines and the labels alone. */
  const unmarked = document.createElement('canvas');
  const markPlugin: Plugin<'line'> = {
    id: 'mark',
    afterDraw(drawn) {
      // Of a canvas that is not on show there is nothing to keep.
      if (!frame || canvas.width === 0 || canvas.height === 0) return;
      [unmarked.width, unmarked.height] = [canvas.width, canvas.height];
      contextOf(unmarked).drawImage(canvas, 0, 0);
      drawMark(drawn, marked, frame.theme);
    },
  };
  const chart = new Chart<'line', { x: number; y: number }[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    plugins: [framePlugin(() => frame), markPlugin],
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      events: [],
      layout: { padding: { top: STRIP, right: 8 } },
      elements: { point: { radius: 0 }, line: { tension: 0.25, borderCapStyle: 'round', borderJoinStyle: 'round' } },
      scales: {
        x: {
          type: 'linear',
          grid: { display: false },
          border: { display: false },
          afterBuildTicks(axis) {
            const step = tickStep(axis.width, (axis.max - axis.min) / HOUR) * HOUR;
            axis.ticks = [];
            const offset = zoneOffset(axis.min);
            for (let time = Math.ceil((axis.min + offset) / step) * step; time <= axis.max + offset; time += step)
              axis.ticks.push({ value: time - offset });
          },
          ticks: {
            autoSkip: false,
            maxRotation: 0,
            padding: 4,
            font: ({ tick }) => ({ weight: tick && isMidnight(tick.value) ? 600 : 400 }),
            callback: (value) => {
              const time = Number(value);
              return isMidnight(time) ? shortDayLabel(time) : clockLabel(time).slice(0, 2);
            },
          },
        },
        y: {
          type: 'linear',
          border: { display: false },
          beginAtZero: options.fromZero,
          grace: options.fromZero ? 0.5 : 1,
          afterFit: (axis) => {
            axis.width = frame?.theme.textSize(AXIS_WIDTH) ?? AXIS_WIDTH;
          },
          ticks: {
            maxTicksLimit: 6,
            padding: 6,
            callback: (value) => String(value).replace('-', '−'),
          },
        },
      },
    },
  });

  function applyTheme(theme: Theme): void {
    const { x, y } = chart.options.scales as Record<'x' | 'y', { ticks: { color: string }; grid: { color: string } }>;
    x.ticks.color = theme.muted;
    y.ticks.color = theme.muted;
    y.grid.color = theme.grid;
    Object.assign(Chart.defaults.font, { family: theme.font, size: theme.textSize(11) });
  }

  return {
    show({ lines, band }, next) {
      frame = next;
      applyTheme(next.theme);
      chart.data.datasets = lines.map((line) => dataset(line, next.theme));
      // Earlier runs begin before the observed hours and end before the forecast.
      const times = lines.filter(({ role }) => role !== 'earlier').flatMap(({ points }) => points.map(({ x }) => x));
      const { x, y } = chart.options.scales as Record<'x' | 'y', LinearScaleOptions>;
      [x.min, x.max] = [Math.min(...times), Math.max(...times)];
      const outer = band.flatMap(({ values }) => [values[0], values[values.length - 1]]);
      y.suggestedMin = outer.length > 0 ? Math.min(...outer) : undefined;
      y.suggestedMax = outer.length > 0 ? Math.max(...outer) : undefined;
      chart.update('none');
    },
    reframe(next) {
      frame = next;
      chart.draw();
    },
    mark(time) {
      marked = time;
      if (!frame || unmarked.width !== canvas.width || unmarked.height !== canvas.height) return;
      const { ctx } = chart;
      ctx.save();
      ctx.resetTransform();
      ctx.clearRect(0, 0, canvas.width, canvas.height);
      ctx.drawImage(unmarked, 0, 0);
      ctx.restore();
      drawMark(chart, marked, frame.theme);
    },
    hourAt(clientX) {
      const at = clientX - canvas.getBoundingClientRect().left;
      const { left, right } = chart.chartArea;
      if (chart.data.datasets.length === 0 || at < left - 4 || at > right + 8) return undefined;
      const { min, max } = chart.scales.x;
      const time = Math.round((chart.scales.x.getValueForPixel(at) ?? min) / HOUR) * HOUR;
      return Math.min(max, Math.max(min, time));
    },
  };
}

function isMidnight(time: number): boolean {
  return (time + zoneOffset(time)) % (24 * HOUR) === 0;
}

function dataset({ role, label, points }: ChartLine, theme: Theme): ChartDataset<'line', { x: number; y: number }[]> {
  const { width, dash, colour, order } = LINE_STYLES[role];
  // Lines without a label carry no mark at the chosen hour.
  const name = role === 'earlier' ? {} : { label };
  return { ...name, data: points, borderColor: colour(theme), borderWidth: width, borderDash: dash, order };
}
