/** How a training went: the loss along the steps, the validations, and the step whose weights were kept. */
import type { TrainingLog } from '../api/contracts.ts';
import { element, setText } from '../dom.ts';
import { decimal, wholeNumber } from '../format/quantity.ts';
import { text } from '../i18n/language.ts';
import { readTheme } from '../theme.ts';
import { createLineChart } from './line-chart.ts';
import { trainingLines } from './training-lines.ts';

export function createTrainingChart() {
  const canvas = element('canvas', { role: 'img' });
  const caption = element('figcaption');
  const legend = element('ul', { class: 'readout' });
  const root = element(
    'figure',
    { class: 'training-curve' },
    caption,
    element('div', { class: 'plot' }, canvas),
    legend,
  );
  const chart = createLineChart(canvas, { xLabel: wholeNumber, fromZero: false });
  return {
    root,
    show(log: TrainingLog): void {
      const { lines, best } = trainingLines(log);
      chart.show(lines, readTheme());
      setText(caption, text().trainingCurve);
      const kept = best ? [`${text().keptStep(wholeNumber(best.step))}: ${decimal(best.value, 4)}`] : [];
      legend.replaceChildren(
        ...lines.map(({ role, label }) =>
          element('li', { class: role }, element('i', { 'aria-hidden': 'true' }), element('b', {}, label)),
        ),
      );
      canvas.setAttribute('aria-label', [text().trainingCurve, ...kept].join('. '));
    },
  };
}
