/** The small card beside a station that is pointed at. */
import { element } from '../dom.ts';
import { countryName, windText, withUnit } from '../format/quantity.ts';
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
  card.replaceChildren(
    element('strong', {}, name),
    element('span', { class: 'muted' }, countryName(country)),
    element('span', { class: 'tooltip-values' }, withUnit(weather.temperature[index], 'temperature')),
    element('span', {}, windText(weather.speed[index], weather.direction[index])),
  );
  card.hidden = false;
  const { offsetWidth, offsetHeight } = card;
  const left = x + 14 + offsetWidth > size.width ? x - 14 - offsetWidth : x + 14;
  const top = Math.min(size.height - offsetHeight - 6, Math.max(6, y - offsetHeight / 2));
  card.style.transform = `translate(${Math.round(Math.max(6, left))}px, ${Math.round(top)}px)`;
}
