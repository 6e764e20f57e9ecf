/** A small chart: mean absolute error by lead hour, a line a model. */
import { Chart } from 'chart.js';
import { LINE_STYLES, roleOf } from '../line-styles.ts';
import type { Theme } from '../theme.ts';
import type { VariableSkill } from './skill-rows.ts';

export interface LeadChart {
  show(skill: VariableSkill, theme: Theme): void;
}

export function createLeadChart(canvas: HTMLCanvasElement): LeadChart {
  const chart = new Chart<'line', { x: number; y: number }[]>(canvas, {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      parsing: false,
      events: [],
      elements: { point: { radius: 0 }, line: { tension: 0.25 } },
      layout: { padding: { top: 6, right: 6 } },
      scales: {
        x: {
          type: 'linear',
          min: 0,
          grid: { display: false },
          ticks: {
            stepSize: 6,
            maxRotation: 0,
            font: { size: 10 },
            callback: (value) => (value === 0 ? '0 h' : `+${value}`),
          },
        },
        y: {
          type: 'linear',
          beginAtZero: true,
          border: { display: false },
          ticks: { maxTicksLimit: 4, padding: 4, font: { size: 10 } },
        },
      },
    },
  });

  return {
    show(skill, theme) {
      const { x, y } = chart.options.scales as Record<
        string,
        { max?: number; ticks: { color: string }; grid: { color: string } }
      >;
      x.ticks.color = theme.muted;
      y.ticks.color = theme.muted;
      y.grid.color = theme.grid;
      x.max = Math.max(...skill.rows.flatMap(({ byLead }) => byLead.map(({ lead }) => lead)));
      chart.data.datasets = skill.rows.map(({ model, byLead }, index) => {
        const { width, dash, colour, order } = LINE_STYLES[roleOf(model, index)];
        const data = byLead.map(({ lead, mae }) => ({ x: lead, y: mae ?? Number.NaN }));
        return { label: model.name, data, borderColor: colour(theme), borderWidth: width, borderDash: dash, order };
      });
      chart.update('none');
    },
  };
}
