/** The colour legend: a bar of the scale with its unit, drawn by the style sheet's object model. */
import type { ColourScale } from '../colour/scale.ts';
import { element } from '../dom.ts';
import { decimal } from '../format/quantity.ts';

export function fillLegend(legend: HTMLElement, scale: ColourScale, label: string): void {
  const [from, to] = scale.domain;
  const bar = element('div', { class: 'legend-bar' });
  const stops = Array.from({ length: 33 }, (_, index) => scale.colour(from + ((to - from) * index) / 32));
  bar.style.backgroundImage = `linear-gradient(to right, ${stops.join(', ')})`;
  const ticks = element('div', { class: 'legend-ticks' });
  for (const value of scale.ticks) {
    const tick = element('span', { class: 'tick' }, decimal(value, 0));
    tick.style.left = `${(100 * (value - from)) / (to - from)}%`;
    ticks.append(tick);
  }
  legend.replaceChildren(
    element('div', { class: 'legend-title' }, `${label}, ${scale.unit}`),
    bar,
    ticks,
    element('div', { class: 'legend-note' }, 'Between the stations: interpolated'),
  );
  legend.setAttribute('aria-label', `${label}: colours from ${from} to ${to} ${scale.unit}`);
}
