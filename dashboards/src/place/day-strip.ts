/** The days of a place side by side: coldest and warmest hour, strongest wind and where it mostly came from. */
import { element } from '../dom.ts';
import { inUnit, withUnit } from '../format/quantity.ts';
import { shortDayLabel } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import { byDay, type DaySummary, hourly } from './by-day.ts';
import type { PlaceForecast } from './place-forecast.ts';

/** Fills a list, a day an item. */
export function fillDayStrip(list: HTMLElement, forecast: PlaceForecast): void {
  // Many days scroll sideways: the keyboard must reach them.
  list.tabIndex = 0;
  list.replaceChildren(...byDay(hourly(forecast)).map(dayItem));
}

function dayItem(day: DaySummary): HTMLElement {
  const { kindForecast, kindObserved } = text();
  const kind = day.forecastHours === 0 ? 'observed' : 'forecast';
  const wind = element('span', { class: 'day-wind' }, arrow(day.from), withUnit(day.strongest, 'speed', 0));
  return element(
    'li',
    { class: kind },
    element('span', { class: 'day-name' }, shortDayLabel(day.time)),
    element('span', { class: 'unseen' }, kind === 'forecast' ? kindForecast : kindObserved),
    element(
      'span',
      { class: 'day-range' },
      element('span', { class: 'day-coldest' }, `${inUnit(day.coldest, 'temperature', 0)}°`),
      ' ',
      element('strong', {}, `${inUnit(day.warmest, 'temperature', 0)}°`),
    ),
    wind,
  );
}

/** Points where the wind goes, as the arrows of the charts. */
function arrow(from: number | null): HTMLElement {
  if (from === null) return element('i');
  const pointer = element('i', { class: 'arrow', title: text().compass(from) });
  pointer.style.rotate = `${from * 22.5 + 180}deg`;
  return pointer;
}
