/** The charts' values as a table: for those who do not see the charts, and for those who want the numbers. */
import { element } from '../dom.ts';
import { decimal } from '../format/quantity.ts';
import { clockLabel, dayLabel } from '../format/time.ts';
import type { PlaceForecast } from './place-forecast.ts';

export function valuesTable(forecast: PlaceForecast): HTMLTableElement {
  const { times, init, observed, models } = forecast;
  const head = ['Time (UTC)', 'Kind', 'Temperature, °C', 'Wind speed, m/s', 'Wind from, °'];
  const body = element('tbody');
  times.forEach((time, hour) => {
    const past = time <= init;
    const series = past ? observed : models[0].series;
    body.append(
      element(
        'tr',
        { class: past ? 'observed' : 'forecast' },
        element('th', { scope: 'row' }, `${dayLabel(time)} ${clockLabel(time)}`),
        element('td', {}, past ? 'observed' : 'forecast'),
        element('td', {}, decimal(series.temperature[hour])),
        element('td', {}, decimal(series.speed[hour])),
        element('td', {}, decimal(series.direction[hour], 0)),
      ),
    );
  });
  return element(
    'table',
    {},
    element('caption', {}, `${forecast.station.name}: the last two days as observed, the next day as forecast`),
    element('thead', {}, element('tr', {}, ...head.map((title) => element('th', { scope: 'col' }, title)))),
    body,
  );
}
