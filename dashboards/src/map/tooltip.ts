/** The small card beside a station that is pointed at. */
import { element } from '../dom.ts';
import { compassPoint, countryName, decimal } from '../format/quantity.ts';
import type { Size } from './viewport.ts';
import type { MapWeather } from './weather.ts';

export function showTooltip(
  card: HTMLElement,
  weather: MapWeather,
  index: number,
  x: number,
  y: number,
  size: Size,
): void {
  const { name, country } = weather.stations[index];
  const direction = weather.direction[index];
  const from = Number.isNaN(direction) ? '' : ` from ${compassPoint(direction)}`;
  card.replaceChildren(
    element('strong', {}, name),
    element('span', { class: 'muted' }, countryName(country)),
    element('span', { class: 'tooltip-values' }, `${decimal(weather.temperature[index])} °C`),
    element('span', {}, `${decimal(weather.speed[index])} m/s${from}`),
  );
  card.hidden = false;
  const { offsetWidth, offsetHeight } = card;
  const left = x + 14 + offsetWidth > size.width ? x - 14 - offsetWidth : x + 14;
  const top = Math.min(size.height - offsetHeight - 6, Math.max(6, y - offsetHeight / 2));
  card.style.transform = `translate(${Math.round(Math.max(6, left))}px, ${Math.round(top)}px)`;
}
