/** The map of the page: draws the state, and tells which station a person points at or chooses. */
import type { Station } from '../api/contracts.ts';
import { scaleFor } from '../colour/scale.ts';
import { byId, setText } from '../dom.ts';
import { decimal } from '../format/quantity.ts';
import { parseInstant } from '../format/time.ts';
import type { State, Store } from '../state.ts';
import { onThemeChange, prefersStillness, readTheme } from '../theme.ts';
import { listenForGestures } from './gestures.ts';
import { fillLegend } from './legend.ts';
import { createPainter } from './painter.ts';
import { type Positions, stationAt, stationPositions, stationTowards, withRoomForArrows } from './stations.ts';
import { showTooltip } from './tooltip.ts';
import {
  clampViewport,
  isVisible,
  minimumScale,
  panBy,
  type Size,
  type Viewport,
  viewportFor,
  zoomAt,
  zoomOf,
} from './viewport.ts';
import { blend, type MapWeather, weatherAt } from './weather.ts';

const LABELS = { temperature_2m: 'Temperature at 2\u00a0m', wind_speed_10m: 'Wind speed at 10\u00a0m' };
/** Milliseconds in which the dots go from one hour's colours to the next. */
const TRANSITION = 260;
const EDGE = 24;

export function createMapView(store: Store, chooseStation: (id: string) => void): void {
  const frame = byId('map-frame');
  const paint = createPainter();
  const tooltip = byId('map-tooltip');
  const spoken = byId('map-spoken');

  let theme = readTheme();
  let size: Size = { width: 0, height: 0 };
  let viewport: Viewport = viewportFor([], size);
  let stationsById: ReadonlyMap<string, Station> = new Map();
  let weather: MapWeather | undefined;
  let time = Number.NaN;
  let positions: Positions = new Float32Array();
  let arrows: number[] = [];
  let pointed: number | undefined;
  /** The colours that the present transition started from, and when. */
  let origin: { value: Float32Array; at: number } | undefined;
  let shownValue: Float32Array = new Float32Array();
  let frameRequested = false;

  function requestFrame(): void {
    if (frameRequested) return;
    frameRequested = true;
    requestAnimationFrame(draw);
  }

  function draw(now: number): void {
    frameRequested = false;
    if (size.width === 0) return;
    const share = origin ? (now - origin.at) / TRANSITION : 1;
    if (weather) shownValue = origin ? blend(origin.value, weather.value, share) : weather.value;
    if (share < 1) requestFrame();
    else origin = undefined;
    const selected = weather?.stations.findIndex(({ id }) => id === shownStation(store.state)) ?? -1;
    paint({
      viewport,
      size,
      theme,
      variable: store.state.view.variable,
      weather: weather && { ...weather, value: shownValue },
      time,
      positions,
      arrows: store.state.arrows ? arrows : [],
      selected: selected < 0 ? undefined : selected,
      hovered: pointed,
    });
  }

  /** After the viewport or the stations moved. */
  function place(): void {
    viewport = clampViewport(viewport, size);
    if (weather) {
      positions = stationPositions(weather, viewport, size);
      arrows = withRoomForArrows(positions, size);
    }
    point(undefined);
    byId<HTMLButtonElement>('zoom-out').disabled = zoomOf(viewport, size) < 1.001;
    requestFrame();
  }

  function point(index: number | undefined): void {
    pointed = index;
    frame.classList.toggle('pointing', index !== undefined);
    if (index === undefined || !weather) tooltip.hidden = true;
    else showTooltip(tooltip, weather, index, positions[index * 2], positions[index * 2 + 1], size);
    requestFrame();
  }

  function choose(index: number): void {
    if (weather) chooseStation(weather.stations[index].id);
  }

  // The map takes arrow keys, so it must be within reach of the tab key.
  byId('map-surface').tabIndex = 0;
  listenForGestures(byId('map-surface'), {
    pan(dx, dy) {
      viewport = panBy(viewport, size, dx, dy);
      place();
    },
    zoom(factor, x, y) {
      viewport = zoomAt(viewport, size, factor, x, y);
      place();
    },
    hover(at) {
      const found = at && stationAt(positions, at.x, at.y, 14);
      if (found !== pointed) point(found);
    },
    choose(x, y, reach) {
      const found = stationAt(positions, x, y, reach);
      if (found !== undefined) choose(found);
    },
    step(dx, dy) {
      if (!weather) return;
      const from = weather.stations.findIndex(({ id }) => id === shownStation(store.state));
      const next =
        from < 0
          ? stationAt(positions, size.width / 2, size.height / 2, size.width)
          : stationTowards(positions, from, dx, dy);
      if (next === undefined) return;
      choose(next);
      const { name } = weather.stations[next];
      setText(spoken, `${name}: ${decimal(weather.temperature[next])} °C, ${decimal(weather.speed[next])} m/s`);
    },
  });
  for (const [id, factor] of [
    ['zoom-in', 1.6],
    ['zoom-out', 1 / 1.6],
  ] as const) {
    byId(id).addEventListener('click', () => {
      viewport = zoomAt(viewport, size, factor, size.width / 2, size.height / 2);
      place();
    });
  }
  new ResizeObserver(([{ contentRect }]) => {
    const zoom = size.width === 0 ? undefined : zoomOf(viewport, size);
    size = { width: contentRect.width, height: contentRect.height };
    viewport =
      zoom === undefined
        ? viewportFor(store.state.stations, size)
        : clampViewport({ ...viewport, scale: minimumScale(size) * zoom }, size);
    bringIntoView(shownStation(store.state));
    place();
  }).observe(frame);
  onThemeChange(() => {
    theme = readTheme();
    fillLegend(byId('map-legend'), scaleFor(store.state.view.variable, theme.dark), LABELS[store.state.view.variable]);
    place();
  });

  /** A chosen station must not lie outside the map. */
  function bringIntoView(id: string | undefined): void {
    const station = id === undefined ? undefined : stationsById.get(id);
    if (!station || size.width === 0 || isVisible(viewport, size, station.longitude, station.latitude, EDGE)) return;
    viewport = clampViewport({ ...viewport, longitude: station.longitude, latitude: station.latitude }, size);
  }

  store.subscribe((state, before) => {
    if (state.stations !== before?.stations) {
      stationsById = new Map(state.stations.map((station) => [station.id, station]));
      viewport = viewportFor(state.stations, size);
    }
    const { view, data } = state;
    if (view.variable !== before?.view.variable) {
      fillLegend(byId('map-legend'), scaleFor(view.variable, theme.dark), LABELS[view.variable]);
    }
    const moved = shownStation(state) !== (before && shownStation(before));
    if (data && (data !== before?.data || view !== before.view)) {
      const sameVariable = view.variable === before?.view.variable;
      const previous = weather;
      weather = weatherAt(data.values, stationsById, view.variable, Math.min(view.lead, data.run.leadHours));
      time = parseInstant(data.values.time[Math.min(view.lead, data.run.leadHours) - 1]);
      const smooth = previous && sameVariable && !prefersStillness() && !document.hidden;
      origin = smooth ? { value: shownValue, at: performance.now() } : undefined;
      if (previous?.stations.length !== weather.stations.length || data.values !== before?.data?.values) {
        positions = stationPositions(weather, viewport, size);
        arrows = withRoomForArrows(positions, size);
      }
    }
    if (moved) {
      bringIntoView(shownStation(state));
      place();
    }
    if (pointed !== undefined) point(pointed);
    requestFrame();
  });
}

/** The station that the place panel shows or is about to show. */
function shownStation({ place }: State): string | undefined {
  if (place.kind === 'none') return undefined;
  return place.kind === 'shown' ? place.forecast.station.id : place.station;
}
