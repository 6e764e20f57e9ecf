/** A small chart of lines over numbers or times, for scores. Changed in place. */
import { Chart, LinearScale, LineController, LineElement, PointElement } from 'chart.js';
import { LINE_STYLES, type LineRole } from '../line-styles.ts';
import type { Theme } from '../theme.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale);

export interface ScoreLine {
  role: LineRole;
  label: string;
  points: readonly { x: number; y: number | null }[];
  /** Radius of dots on its points; none without. */
  dots?: number;
}

export interface LineChart {
  show(lines: readonly ScoreLine[], theme: Theme): void;
}

export interface LineChartOptions {
  /** What stands under a place on the horizontal axis, whose numbers are small: hours, steps, but not milliseconds. */
  xLabel(x: number): string;
  /** Distance of two labels there; without, what fits. */
  xStep?: number;
  /** True where not given. */
  fromZero?: boolean;
}

type Axis = { min?: number; max?: number; ticks: { color: string }; grid: { color: string } };

export function createLineChart(canvas: HTMLCanvasElement, options: LineChartOptions): LineChart {
  const chart = new Chart<'line', { x: number; y: number }[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      events: [],
      elements: { line: { tension: 0.25 } },
      layout: { padding: { top: 6, right: 10 } },
      scales: {
        x: {
          type: 'linear',
          grid: { display: false },
          ticks: {
            stepSize: options.xStep,
            includeBounds: false,
            maxRotation: 0,
            callback: (value) => options.xLabel(Number(value)),
          },
        },
        y: {
          type: 'linear',
          beginAtZero: options.fromZero ?? true,
          border: { display: false },
          ticks: { maxTicksLimit: 5, padding: 4 },
        },
      },
    },
  });

  return {
    show(lines, theme) {
      const { x, y } = chart.options.scales as unknown as Record<'x' | 'y', Axis>;
      x.ticks.color = theme.muted;
      y.ticks.color = theme.muted;
      y.grid.color = theme.grid;
      Object.assign(Chart.defaults.font, { family: theme.font, size: theme.textSize(11) });
      const places = lines.flatMap(({ points }) => points.map((point) => point.x));
      if (places.length > 0) [x.min, x.max] = [Math.min(...places), Math.max(...places)];
      chart.data.datasets = lines.map(({ role, label, points, dots = 0 }) => {
        const { width, dash, colour, order } = LINE_STYLES[role];
        const data = points.map((point) => ({ x: point.x, y: point.y ?? Number.NaN }));
        const ink = colour(theme);
        return {
          label,
          data,
          borderColor: ink,
          backgroundColor: ink,
          borderWidth: width,
          borderDash: dash,
          order,
          pointRadius: dots,
          // Dots at the ends of the axis are whole.
          clip: dots + 2,
        };
      });
      chart.update('none');
    },
  };
}
