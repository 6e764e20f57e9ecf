/** The panel of one place: its name, its weather at the chosen hour, its days, and the charts of the past and the next hours. */
import { scaleFor } from '../colour/scale.ts';
import { byId, setText } from '../dom.ts';
import { countryName, decimal, inUnit, MISSING, positionLabel, windText } from '../format/quantity.ts';
import { clockLabel, HOUR, instantLabel, parseInstant, zoneLabel } from '../format/time.ts';
import { unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';
import { nights } from '../map/sun.ts';
import type { Preferences } from '../preferences/preferences.ts';
import type { PlaceState, Store } from '../state.ts';
import { onThemeChange, readTheme } from '../theme.ts';
import { hourly, SPEED_CLASSES, windRose } from './by-day.ts';
import { type ChartSeries, type ChartVariable, chartSeries } from './chart-data.ts';
import type { Frame } from './chart-frame.ts';
import { fillDayStrip } from './day-strip.ts';
import { createPlaceControls } from './place-controls.ts';
import type { PlaceForecast } from './place-forecast.ts';
import { fillMessage } from './place-message.ts';
import { fillReadout } from './readout.ts';
import { createSeriesChart } from './series-chart.ts';
import { valuesTable } from './values-table.ts';
import { drawWindRose, fillRoseLegend } from './wind-rose.ts';

/** A run older than this, ms, is no longer 'now'. */
const NOW = 1.5 * HOUR;

export function createPlacePanel(
  store: Store,
  retry: (station: string) => void,
  prefer: (preferences: Preferences) => Promise<void>,
): void {
  const panel = byId('place');
  const charts: [ChartVariable, string, ReturnType<typeof createSeriesChart>][] = [
    [
      'temperature',
      'chart-temperature',
      createSeriesChart(byId<HTMLCanvasElement>('chart-temperature'), { fromZero: false }),
    ],
    ['speed', 'chart-wind', createSeriesChart(byId<HTMLCanvasElement>('chart-wind'), { fromZero: true })],
  ];
  const controls = createPlaceControls(store, prefer);
  const table = byId<HTMLDetailsElement>('values');
  const rose = byId<HTMLDetailsElement>('rose');
  let theme = readTheme();
  /** The hour under the pointer, ms; without one, the charts mark the lead hour of the map. */
  let pointed: number | undefined;

  const marked = (forecast: PlaceForecast): number => pointed ?? forecast.init + store.state.view.lead * HOUR;

  /** What follows from the forecast alone, made once and not at each move of the mark. */
  interface Prepared {
    forecast: PlaceForecast;
    compare: readonly string[] | undefined;
    preferences: Preferences;
    hours: ReturnType<typeof hourly>;
    nights: ReturnType<typeof nights>;
    temperature: ChartSeries;
    speed: ChartSeries;
  }
  let prepared: Prepared | undefined;
  function prepare(forecast: PlaceForecast): Prepared {
    const { view, preferences } = store.state;
    const { compare } = view;
    if (prepared?.forecast === forecast && prepared.compare === compare && prepared.preferences === preferences) {
      return prepared;
    }
    const { times, latitude, longitude } = forecast;
    prepared = {
      forecast,
      compare,
      preferences,
      hours: hourly(forecast),
      nights: nights(latitude, longitude, times[0], times[times.length - 1]),
      temperature: chartSeries(forecast, 'temperature', compare),
      speed: chartSeries(forecast, 'speed', compare),
    };
    return prepared;
  }
  const series = (forecast: PlaceForecast, variable: ChartVariable): ChartSeries => prepare(forecast)[variable];

  function frame(forecast: PlaceForecast, variable: ChartVariable): Frame {
    const { init, times } = forecast;
    const { status } = store.state;
    const old = status !== undefined && parseInstant(status.now) - init > NOW;
    const common = {
      theme,
      init,
      initLabel: old ? text().runAt(clockLabel(init)) : text().now,
      unit: unit(variable).label,
      nights: prepare(forecast).nights,
      band: series(forecast, variable).band,
    };
    if (variable === 'temperature') return common;
    return { ...common, directions: { times, from: prepare(forecast).hours.map(({ direction }) => direction) } };
  }

  /** Lines, axes and everything: another place, another run, other options. */
  function drawCharts(forecast: PlaceForecast): void {
    for (const [variable, , chart] of charts) chart.show(series(forecast, variable), frame(forecast, variable));
    moveMark(forecast);
  }

  function moveMark(forecast: PlaceForecast): void {
    for (const [, , chart] of charts) chart.mark(marked(forecast));
    readOut(forecast);
  }

  function readOut(forecast: PlaceForecast): void {
    const time = marked(forecast);
    const { init } = forecast;
    fillReadout(byId('readout-temperature'), series(forecast, 'temperature'), time, init);
    fillReadout(byId('readout-wind'), series(forecast, 'speed'), time, init);
    const hour = prepare(forecast).hours.find((candidate) => candidate.time === time);
    setText(byId('now-temperature'), inUnit(hour?.temperature, 'temperature'));
    setText(byId('now-unit'), unit('temperature').label);
    setText(byId('now-wind'), windText(hour?.speed, hour?.direction));
    setText(byId('now-when'), (time <= init ? text().observedAt : text().forecastFor)(instantLabel(time)));
  }

  function describe(forecast: PlaceForecast): void {
    const { station, latitude, longitude, elevation, init } = forecast;
    setText(byId('place-name'), station.name);
    const height = elevation === null ? [] : [`${decimal(elevation, 0)} m`];
    const where = [countryName(station.country), positionLabel(latitude, longitude), ...height];
    setText(byId('place-where'), where.filter((part) => part !== '').join(' · '));
    setText(byId('times-in'), text().timesIn(zoneLabel(init)));
    fillDayStrip(byId('days'), forecast);
    for (const [variable, id] of charts) byId(id).setAttribute('aria-label', chartSummary(forecast, variable));
    controls.show(forecast);
    fillDetails(forecast);
  }

  // What is folded away is made only for those who look at it. The frame around the table stays, and so does its scroll.
  const tableFrame = byId('values-scroll');
  tableFrame.tabIndex = 0;
  function fillDetails(forecast: PlaceForecast): void {
    if (table.open) tableFrame.replaceChildren(valuesTable(forecast));
    if (!rose.open) return;
    const counted = windRose(prepare(forecast).hours);
    const scale = scaleFor('wind_speed_10m', theme.dark);
    const colours = SPEED_CLASSES.map((_, index) => scale.colour([5, 9, 14, 21][index]));
    drawWindRose(byId<HTMLCanvasElement>('rose-canvas'), counted, theme, colours);
    fillRoseLegend(byId('rose-legend'), counted, colours);
    setText(byId('rose-note'), text().windRoseOf(counted.hours));
  }

  for (const [, id, chart] of charts) {
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
  for (const details of [table, rose]) {
    details.addEventListener('toggle', () => {
      if (store.state.place.kind === 'shown') fillDetails(store.state.place.forecast);
    });
  }
  onThemeChange(() => {
    theme = readTheme();
    if (store.state.place.kind !== 'shown') return;
    drawCharts(store.state.place.forecast);
    fillDetails(store.state.place.forecast);
  });

  store.subscribe((state, before) => {
    const forecast = shownForecast(state.place);
    const otherWords = state.preferences !== before?.preferences;
    if (state.place !== before?.place || state.connection !== before.connection || otherWords)
      fillMessage(state, retry);
    panel.setAttribute('aria-busy', String(state.place.kind === 'loading'));
    panel.classList.toggle('empty', forecast === undefined);
    if (forecast) {
      const other = forecast !== (before && shownForecast(before.place)) || otherWords;
      if (other || state.view.compare !== before?.view.compare) {
        describe(forecast);
        drawCharts(forecast);
      } else if (state.connection.kind !== before.connection.kind) {
        for (const [variable, , chart] of charts) chart.reframe(frame(forecast, variable));
      }
      if (state.view.lead !== before?.view.lead) moveMark(forecast);
    }
    controls.follow(state);
  });
}

/** What the charts show now: while another place is loading, still the one before. */
function shownForecast(place: PlaceState): PlaceForecast | undefined {
  if (place.kind === 'shown') return place.forecast;
  return place.kind === 'loading' ? place.previous : undefined;
}

function chartSummary(forecast: PlaceForecast, variable: ChartVariable): string {
  const { models, init, station, times } = forecast;
  const values = models[0].series[variable].filter((value) => value !== null);
  const ends = [Math.min(...values), Math.max(...values)].map((value) => inUnit(value, variable));
  const range = values.length === 0 ? MISSING : text().range(ends[0], ends[1], unit(variable).label);
  const what = variable === 'temperature' ? text().chartOfTemperature : text().chartOfWind;
  const observed = times.filter((time) => time <= init).length;
  return text().chartSummary(what, station.name, observed, instantLabel(init), range);
}
