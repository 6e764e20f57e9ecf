/** The colour legend: a bar of the scale with its unit, drawn by the style sheet's object model. */
import type { ColourScale, MapVariable } from '../colour/scale.ts';
import { element } from '../dom.ts';
import { decimal } from '../format/quantity.ts';
import { unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';

export function fillLegend(legend: HTMLElement, scale: ColourScale, variable: MapVariable): void {
  const [from, to] = scale.domain;
  const { of, from: back, label: unitLabel } = unit(variable === 'temperature_2m' ? 'temperature' : 'speed');
  const label = variable === 'temperature_2m' ? text().temperatureLegend : text().windLegend;
  const bar = element('div', { class: 'legend-bar' });
  const stops = Array.from({ length: 33 }, (_, index) => scale.colour(from + ((to - from) * index) / 32));
  bar.style.backgroundImage = `linear-gradient(to right, ${stops.join(', ')})`;
  const ticks = element('div', { class: 'legend-ticks' });
  for (const value of legendTicks(of(from), of(to))) {
    const tick = element('span', { class: 'tick' }, decimal(value, 0));
    tick.style.left = `${(100 * (back(value) - from)) / (to - from)}%`;
    ticks.append(tick);
  }
  legend.replaceChildren(
    element('div', { class: 'legend-title' }, `${label}, ${unitLabel}`),
    bar,
    ticks,
    element('div', { class: 'legend-note' }, text().interpolated),
  );
  legend.setAttribute('aria-label', text().legendSpoken(label, decimal(of(from), 0), decimal(of(to), 0), unitLabel));
}

/** Round numbers from one end of the scale to the other, four to seven of them. */
export function legendTicks(from: number, to: number): number[] {
  const step = [5, 10, 20, 25, 50].find((candidate) => (to - from) / candidate < 6.5) ?? 50;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step + 1e-9) + 1 }, (_, index) => first + index * step);
}
