/** Taking a place's forecast along: the address that the page asked, files in the API's own formats, and a picture of the charts. */
import type { Api, ForecastQuery } from '../api/client.ts';
import { byId, setText } from '../dom.ts';
import { instantLabel } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { State, Store } from '../state.ts';
import { readTheme } from '../theme.ts';
import { isCompared } from './chart-data.ts';
import { PLACE_VARIABLES } from './place-forecast.ts';

const FORMATS = ['csv', 'arrow'] as const;
const TOLD = 1600;

/** The request behind the charts of the place on show: its models, hours and units. */
export function queryOnShow({ place, data, view, preferences }: State): ForecastQuery | undefined {
  if (place.kind !== 'shown' || !data) return undefined;
  const { models } = place.forecast;
  return {
    dataset: data.values.dataset,
    station: place.forecast.station.id,
    init: data.run.init,
    models: models
      .filter(({ model }, index) => index === 0 || isCompared(model, view.compare))
      .map(({ model }) => model.id),
    variables: PLACE_VARIABLES,
    pastHours: view.past,
    units: { temperature: preferences.temperature, wind: preferences.wind },
  };
}

export function createPlaceExport(store: Store, api: Api): void {
  const copy = byId<HTMLButtonElement>('copy-query');
  copy.addEventListener('click', async () => {
    const query = queryOnShow(store.state);
    if (!query) return;
    const told = await navigator.clipboard.writeText(api.forecastAddress(query)).then(
      () => text().copied,
      () => text().copyFailed,
    );
    setText(copy, told);
    setTimeout(() => setText(copy, text().copyQuery), TOLD);
  });

  byId('download-png').addEventListener('click', () => {
    const { place } = store.state;
    if (place.kind !== 'shown') return;
    const { station, init } = place.forecast;
    drawPicture(`${station.name} · ${instantLabel(init)}`).toBlob((blob) => {
      if (blob) save(blob, `${station.id}.png`);
    });
  });

  store.subscribe((state) => {
    const query = queryOnShow(state);
    if (!query) return;
    for (const format of FORMATS) {
      const link = byId<HTMLAnchorElement>(`download-${format}`);
      link.href = api.forecastAddress(query, format);
      link.download = `${query.station}.${format}`;
    }
  });
}

const MARGIN = 16;
const HEAD = 34;

/** Both charts under each other, as they are on the screen, with a heading. */
function drawPicture(heading: string): HTMLCanvasElement {
  const charts = ['chart-temperature', 'chart-wind']
    .map((id) => byId<HTMLCanvasElement>(id))
    .filter(({ height }) => height > 0);
  const ratio = window.devicePixelRatio || 1;
  const picture = document.createElement('canvas');
  picture.width = Math.max(...charts.map(({ width }) => width)) + 2 * MARGIN * ratio;
  picture.height = charts.reduce((sum, { height }) => sum + height, 0) + (HEAD + (charts.length + 1) * MARGIN) * ratio;
  const context = picture.getContext('2d');
  if (!context) throw new Error('this browser has no 2-D canvas');
  const theme = readTheme();
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = theme.ink;
  context.font = `600 ${15 * ratio}px ${theme.font}`;
  context.fillText(heading, MARGIN * ratio, (MARGIN + 16) * ratio);
  let top = (HEAD + MARGIN) * ratio;
  for (const chart of charts) {
    context.drawImage(chart, MARGIN * ratio, top);
    top += chart.height + MARGIN * ratio;
  }
  return picture;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
