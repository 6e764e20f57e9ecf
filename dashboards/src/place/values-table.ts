/** The charts' values as a table: for those who do not see the charts, and for those who want the numbers. */
import { element } from '../dom.ts';
import { decimal, inUnit } from '../format/quantity.ts';
import { clockLabel, dayLabel, zoneLabel } from '../format/time.ts';
import { unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';
import { hourly } from './by-day.ts';
import type { PlaceForecast } from './place-forecast.ts';

export function valuesTable(forecast: PlaceForecast): HTMLTableElement {
  const { time, kind, temperature, windSpeed, windDirection, kindObserved, kindForecast, valuesCaption } = text();
  const head = [
    time(zoneLabel(forecast.init)),
    kind,
    `${temperature}, ${unit('temperature').label}`,
    `${windSpeed}, ${unit('speed').label}`,
    `${windDirection}, °`,
  ];
  const rows = hourly(forecast).map((hour) =>
    element(
      'tr',
      { class: hour.isForecast ? 'forecast' : 'observed' },
      element('th', { scope: 'row' }, `${dayLabel(hour.time)} ${clockLabel(hour.time)}`),
      element('td', {}, hour.isForecast ? kindForecast : kindObserved),
      element('td', {}, inUnit(hour.temperature, 'temperature')),
      element('td', {}, inUnit(hour.speed, 'speed')),
      element('td', {}, decimal(hour.direction, 0)),
    ),
  );
  return element(
    'table',
    {},
    element('caption', {}, valuesCaption(forecast.station.name)),
    element('thead', {}, element('tr', {}, ...head.map((title) => element('th', { scope: 'col' }, title)))),
    element('tbody', {}, ...rows),
  );
}
