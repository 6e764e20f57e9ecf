/** The map of the page: draws the state, and tells which station a person points at or chooses. */
import type { Station } from '../api/contracts.ts';
import { scaleFor } from '../colour/scale.ts';
import { byId, setText } from '../dom.ts';
import { windText, withUnit } from '../format/quantity.ts';
import { parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { State, Store } from '../state.ts';
import { onThemeChange, prefersStillness, readTheme } from '../theme.ts';
import { type Atlas, COARSE, fineAtlas } from './atlas.ts';
import { listenForGestures } from './gestures.ts';
import { fillLegend } from './legend.ts';
import { createPainter } from './painter.ts';
import { cameraOf, type Projection, projectionOf, viewportOf } from './projection.ts';
import { type Positions, stationAt, stationPositions, stationTowards, withRoomForArrows } from './stations.ts';
import { showTooltip } from './tooltip.ts';
import { isWithin, type Size, type Viewport } from './viewport.ts';
import { blend, type MapWeather, weatherAt } from './weather.ts';

/** Milliseconds in which the dots go from one hour's colours to the next. */
const TRANSITION = 260;
/** Stations beyond which an hour is shown at once: a picture in between would come too late. */
const MOST_SMOOTH = 1500;
const EDGE = 24;
/** From this zoom on coasts are drawn from the finer shapes. */
const CLOSE = 3.5;
/** Milliseconds of rest after which where the map looks becomes part of the link. */
const SETTLED = 250;

export function createMapView(store: Store, chooseStation: (id: string) => void): void {
  const frame = byId('map-frame');
  const paint = createPainter();
  const tooltip = byId('map-tooltip');
  const spoken = byId('map-spoken');

  let theme = readTheme();
  let size: Size = { width: 0, height: 0 };
  let projection: Projection = projectionOf(store.state.view.projection);
  let viewport: Viewport = projection.viewFor([], size);
  let atlas: Atlas = COARSE;
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
  let settling = 0;
  let moving = false;

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
    const { variable } = store.state.view;
    const selected = weather?.stations.findIndex(({ id }) => id === shownStation(store.state)) ?? -1;
    paint({
      projection,
      viewport,
      size,
      theme,
      atlas,
      moving,
      variable,
      weather: weather && { ...weather, value: shownValue },
      time,
      positions,
      arrows: store.state.view.wind === 'arrows' ? arrows : [],
      flow: store.state.view.wind === 'flow' && !prefersStillness(),
      selected: selected < 0 ? undefined : selected,
      label: withUnit(weather?.value[selected], variable === 'temperature_2m' ? 'temperature' : 'speed'),
      hovered: pointed,
    });
  }

  /** After the viewport or the stations moved. */
  function place(): void {
    // Not laid out yet.
    if (size.width === 0) return;
    viewport = projection.clamp(viewport, size);
    if (weather) {
      positions = stationPositions(weather, projection, viewport, size);
      // While the map moves, the same stations keep their arrows: choosing anew takes longer, and flickers.
      if (!moving) arrows = withRoomForArrows(positions, size);
    }
    point(undefined);
    const zoom = zoomNow();
    byId<HTMLButtonElement>('zoom-out').disabled = zoom < 1.001;
    if (zoom < CLOSE) atlas = COARSE;
    else if (atlas === COARSE) {
      void fineAtlas().then((finer) => {
        if (zoomNow() < CLOSE) return;
        atlas = finer;
        requestFrame();
      });
    }
    requestFrame();
  }

  const zoomNow = (): number => viewport.scale / projection.minimumScale(size);

  /** The person moved the map: once it rests, a link shows the same. */
  function moved(next: Viewport): void {
    viewport = next;
    moving = true;
    place();
    clearTimeout(settling);
    settling = window.setTimeout(() => {
      moving = false;
      place();
      store.update({ view: { ...store.state.view, camera: cameraOf(projection, viewport, size) } });
    }, SETTLED);
  }

  /** What the address says, or else all of the stations. */
  function lookAgain(): void {
    const { camera } = store.state.view;
    viewport = camera ? viewportOf(projection, camera, size) : projection.viewFor(store.state.stations, size);
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
    pan: (dx, dy) => moved(projection.pan(viewport, size, dx, dy)),
    zoom: (factor, x, y) => moved(projection.zoom(viewport, size, factor, x, y)),
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
      const wind = windText(weather.speed[next], weather.direction[next]);
      const temperature = withUnit(weather.temperature[next], 'temperature');
      setText(spoken, text().stationSpoken(weather.stations[next].name, temperature, wind));
    },
  });
  for (const [id, factor] of [
    ['zoom-in', 1.6],
    ['zoom-out', 1 / 1.6],
  ] as const) {
    byId(id).addEventListener('click', () => {
      moved(projection.zoom(viewport, size, factor, size.width / 2, size.height / 2));
    });
  }
  new ResizeObserver(([{ contentRect }]) => {
    const { width, height } = contentRect;
    // The view of another page is on show.
    if (width === 0 || height === 0) return;
    const zoom = size.width === 0 || !store.state.view.camera ? undefined : zoomNow();
    size = { width, height };
    // As long as nobody moved it, the map shows what its new size calls for.
    if (zoom === undefined) lookAgain();
    else viewport = projection.clamp({ ...viewport, scale: projection.minimumScale(size) * zoom }, size);
    if (!store.state.view.camera) bringIntoView(shownStation(store.state));
    place();
  }).observe(frame);
  const showLegend = ({ view }: State): void => {
    fillLegend(byId('map-legend'), scaleFor(view.variable, theme.dark), view.variable);
  };
  onThemeChange(() => {
    theme = readTheme();
    showLegend(store.state);
    place();
  });

  /** A chosen station must not lie outside the map. */
  function bringIntoView(id: string | undefined): void {
    const station = id === undefined ? undefined : stationsById.get(id);
    if (!station || size.width === 0) return;
    if (isWithin(projection.project(viewport, size, station.longitude, station.latitude), size, EDGE)) return;
    viewport = projection.clamp({ ...viewport, longitude: station.longitude, latitude: station.latitude }, size);
  }

  /** Does the map look there already, because it was moved by hand. */
  function sameCamera(camera: State['view']['camera']): boolean {
    if (!camera) return false;
    const now = cameraOf(projection, viewport, size);
    return now.longitude === camera.longitude && now.latitude === camera.latitude && now.zoom === camera.zoom;
  }

  store.subscribe((state, before) => {
    if (state.stations !== before?.stations) {
      stationsById = new Map(state.stations.map((station) => [station.id, station]));
      lookAgain();
      place();
    }
    const { view, data } = state;
    if (view.variable !== before?.view.variable || state.preferences !== before.preferences) showLegend(state);
    if (before && view.projection !== before.view.projection) {
      projection = projectionOf(view.projection);
      viewport = projection.viewFor(state.stations, size);
      if (view.camera) lookAgain();
      bringIntoView(shownStation(state));
      place();
    } else if (before && view.camera !== before.view.camera && !sameCamera(view.camera)) {
      lookAgain();
      place();
    }
    const otherPlace = shownStation(state) !== (before && shownStation(before));
    if (data && (data !== before?.data || view !== before.view)) {
      const sameVariable = view.variable === before?.view.variable;
      const previous = weather;
      weather = weatherAt(data.values, stationsById, view.variable, Math.min(view.lead, data.run.lead_hours));
      time = parseInstant(data.values.time[Math.min(view.lead, data.run.lead_hours) - 1]);
      const few = weather.stations.length <= MOST_SMOOTH;
      const smooth = previous && sameVariable && few && !prefersStillness() && !document.hidden;
      origin = smooth ? { value: shownValue, at: performance.now() } : undefined;
      if (previous?.stations.length !== weather.stations.length || data.values !== before?.data?.values) {
        positions = stationPositions(weather, projection, viewport, size);
        arrows = withRoomForArrows(positions, size);
      }
    }
    // A link that says where to look is followed, wherever its place lies.
    const asLinked = view.camera !== undefined && (before?.place.kind ?? 'none') === 'none';
    if (otherPlace && !asLinked) {
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
