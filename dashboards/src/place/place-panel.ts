/** The panel of one place: its name, its weather at the chosen hour, and the charts of the past and the next days. */
import { byId, element, setText } from '../dom.ts';
import { countryName, decimal, MISSING, positionLabel } from '../format/quantity.ts';
import { clockLabel, HOUR, instantLabel, parseInstant } from '../format/time.ts';
import type { PlaceState, State, Store } from '../state.ts';
import { onThemeChange, readTheme } from '../theme.ts';
import { chartLines } from './chart-data.ts';
import type { Frame } from './chart-frame.ts';
import type { PlaceForecast } from './place-forecast.ts';
import { fillReadout, windText } from './readout.ts';
import { createSeriesChart } from './series-chart.ts';
import { valuesTable } from './values-table.ts';

/** A run older than this, ms, is no longer 'now'. */
const NOW = 1.5 * HOUR;

export function createPlacePanel(store: Store, retry: (station: string) => void): void {
  const panel = byId('place');
  const temperature = createSeriesChart(byId<HTMLCanvasElement>('chart-temperature'), { fromZero: false });
  const wind = createSeriesChart(byId<HTMLCanvasElement>('chart-wind'), { fromZero: true });
  const baselines = byId<HTMLInputElement>('baselines');
  const table = byId<HTMLDetailsElement>('values');
  let theme = readTheme();
  /** The hour under the pointer, ms; without one, the charts mark the lead hour of the map. */
  let pointed: number | undefined;

  const marked = (forecast: PlaceForecast): number => pointed ?? forecast.init + store.state.view.lead * HOUR;

  function frames(forecast: PlaceForecast): { temperature: Frame; wind: Frame } {
    const { init, times, observed, models } = forecast;
    const { status } = store.state;
    const old = status !== undefined && parseInstant(status.now) - init > NOW;
    const initLabel = old ? `run ${clockLabel(init)}` : 'now';
    const common = { theme, init, initLabel, marked: marked(forecast) };
    const from = times.map((time, hour) => (time <= init ? observed : models[0].series).direction[hour]);
    return {
      temperature: { ...common, unit: '°C' },
      wind: { ...common, unit: 'm/s', directions: { times, from } },
    };
  }

  /** Lines, axes and everything: another place, another run, other options. */
  function drawCharts(forecast: PlaceForecast): void {
    const frame = frames(forecast);
    temperature.show(chartLines(forecast, 'temperature', store.state.baselines), frame.temperature);
    wind.show(chartLines(forecast, 'speed', store.state.baselines), frame.wind);
    readOut(forecast);
  }

  /** Only the marked hour. */
  function moveMark(forecast: PlaceForecast): void {
    const frame = frames(forecast);
    temperature.reframe(frame.temperature);
    wind.reframe(frame.wind);
    readOut(forecast);
  }

  function readOut(forecast: PlaceForecast): void {
    const time = marked(forecast);
    const { init, times, observed, models } = forecast;
    fillReadout(byId('readout-temperature'), chartLines(forecast, 'temperature', store.state.baselines), time, init);
    fillReadout(byId('readout-wind'), chartLines(forecast, 'speed', store.state.baselines), time, init);
    const hour = times.indexOf(time);
    const series = time <= init ? observed : models[0].series;
    setText(byId('now-temperature'), decimal(series.temperature[hour]));
    setText(byId('now-wind'), windText(series.speed[hour], series.direction[hour]));
    setText(byId('now-when'), `${time <= init ? 'Observed' : 'Forecast for'} ${instantLabel(time)}`);
  }

  function describe(forecast: PlaceForecast): void {
    const { station, latitude, longitude, elevation } = forecast;
    setText(byId('place-name'), station.name);
    const height = elevation === null ? [] : [`${decimal(elevation, 0)} m`];
    const where = [countryName(station.country), positionLabel(latitude, longitude), ...height];
    setText(byId('place-where'), where.filter((part) => part !== '').join(' · '));
    for (const [id, what] of [
      ['chart-temperature', 'temperature'],
      ['chart-wind', 'wind speed and direction'],
    ]) {
      byId(id).setAttribute('aria-label', chartSummary(forecast, what));
    }
    fillTable(forecast);
  }

  // Seventy rows are made only for those who look at them. The frame around them stays, and so does its scroll.
  const tableFrame = byId('values-scroll');
  tableFrame.tabIndex = 0;
  function fillTable(forecast: PlaceForecast): void {
    if (table.open) tableFrame.replaceChildren(valuesTable(forecast));
  }

  for (const [id, chart] of [
    ['chart-temperature', temperature],
    ['chart-wind', wind],
  ] as const) {
    const canvas = byId(id);
    const follow = (event: PointerEvent): void => {
      const { place } = store.state;
      pointed = chart.hourAt(event.clientX);
      if (place.kind === 'shown') moveMark(place.forecast);
    };
    canvas.addEventListener('pointermove', follow);
    canvas.addEventListener('pointerdown', follow);
    canvas.addEventListener('pointerleave', () => {
      pointed = undefined;
      if (store.state.place.kind === 'shown') moveMark(store.state.place.forecast);
    });
    canvas.addEventListener('click', (event) => {
      const { place, view } = store.state;
      const time = chart.hourAt(event.clientX);
      if (place.kind !== 'shown' || time === undefined || time <= place.forecast.init) return;
      store.update({ playing: false, view: { ...view, lead: (time - place.forecast.init) / HOUR } });
    });
  }
  baselines.addEventListener('change', () => store.update({ baselines: baselines.checked }));
  table.addEventListener('toggle', () => {
    if (store.state.place.kind === 'shown') fillTable(store.state.place.forecast);
  });
  onThemeChange(() => {
    theme = readTheme();
    if (store.state.place.kind === 'shown') drawCharts(store.state.place.forecast);
  });

  store.subscribe((state, before) => {
    const forecast = shownForecast(state.place);
    baselines.checked = state.baselines;
    if (state.place !== before?.place || state.connection !== before?.connection) fillMessage(state, retry);
    panel.setAttribute('aria-busy', String(state.place.kind === 'loading'));
    panel.classList.toggle('empty', forecast === undefined);
    if (!forecast) return;
    if (forecast !== (before && shownForecast(before.place)) || state.baselines !== before?.baselines) {
      describe(forecast);
      drawCharts(forecast);
    } else if (state.view.lead !== before?.view.lead || state.connection.kind !== before.connection.kind) {
      moveMark(forecast);
    }
  });
}

/** What the charts show now: while another place is loading, still the one before. */
function shownForecast(place: PlaceState): PlaceForecast | undefined {
  if (place.kind === 'shown') return place.forecast;
  return place.kind === 'loading' ? place.previous : undefined;
}

function chartSummary(forecast: PlaceForecast, what: string): string {
  const { models, init, station } = forecast;
  const values = models[0].series[what === 'temperature' ? 'temperature' : 'speed'].filter((value) => value !== null);
  const unit = what === 'temperature' ? '°C' : 'm/s';
  const range =
    values.length === 0 ? MISSING : `${decimal(Math.min(...values))} to ${decimal(Math.max(...values))} ${unit}`;
  return `Chart of ${what} at ${station.name}: 48 hours observed until ${instantLabel(init)}, then the forecast, ${range}.`;
}

/** The words in the panel's middle where there is no chart: why not, and what to do. */
function fillMessage({ place, connection }: State, retry: (station: string) => void): void {
  const message = byId('place-message');
  message.replaceChildren();
  if (place.kind === 'failed') {
    const again = element('button', { type: 'button', class: 'button' }, 'Try again');
    again.addEventListener('click', () => retry(place.station));
    message.append(
      element('h2', {}, 'No forecast for this place'),
      element('p', {}, place.message),
      ...(place.hint === '' ? [] : [element('p', { class: 'muted' }, place.hint)]),
      ...(place.passing ? [again] : []),
    );
  } else if (place.kind === 'none' && connection.kind === 'preparing') {
    message.append(element('p', { class: 'muted' }, 'The charts of a place come with the first forecast.'));
  } else if (place.kind === 'none' && connection.kind === 'ready') {
    message.append(
      element('h2', {}, 'Choose a place'),
      element('p', {}, 'Click a station on the map, or search for one.'),
    );
  }
  message.hidden = message.childElementCount === 0;
}
