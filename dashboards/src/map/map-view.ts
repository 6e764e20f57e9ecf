/** The map of the page: draws the state, and tells which station a person points at or chooses. */
import { scaleFor } from '../colour/scale.ts';
import { byId, setText } from '../dom.ts';
import { windText, withUnit } from '../format/quantity.ts';
import { text } from '../i18n/language.ts';
import type { State, Store } from '../state.ts';
import { onThemeChange, prefersStillness, readTheme } from '../theme.ts';
import { type Atlas, COARSE, fineAtlas } from './atlas.ts';
import { listenForGestures } from './gestures.ts';
import { fillLegend } from './legend.ts';
import {
  emptyMap,
  followed,
  isLaidOut,
  lookOf,
  type MapState,
  moved,
  resized,
  rested,
  shownStation,
  zoomOf,
} from './map-state.ts';
import { createPainter } from './painter.ts';
import { cameraOf } from './projection.ts';
import { stationAt, stationTowards } from './stations.ts';
import { showTooltip } from './tooltip.ts';
import { createTransition } from './transition.ts';
import type { Viewport } from './viewport.ts';

/** Stations beyond which an hour is shown at once: a picture in between would come too late. */
const MOST_SMOOTH = 1500;
/** From this zoom on coasts are drawn from the finer shapes. */
const CLOSE = 3.5;
/** Milliseconds of rest after which where the map looks becomes part of the link. */
const SETTLED = 250;
/** Pixels around a dot in which the pointer means it. */
const HOVER_REACH = 14;

export function createMapView(store: Store, chooseStation: (id: string) => void): void {
  const frame = byId('map-frame');
  const tooltip = byId('map-tooltip');
  const spoken = byId('map-spoken');
  const paint = createPainter();
  const transition = createTransition();

  let map = emptyMap(store.state.view.projection);
  let theme = readTheme();
  let atlas: Atlas = COARSE;
  let pointed: number | undefined;
  let frameRequested = false;
  let settling = 0;

  function requestFrame(): void {
    if (frameRequested) return;
    frameRequested = true;
    requestAnimationFrame(draw);
  }

  function draw(now: number): void {
    frameRequested = false;
    if (!isLaidOut(map)) return;
    const { weather } = map;
    const { variable, wind } = store.state.view;
    const colours = weather && transition.at(now, weather.value);
    if (colours?.isUnderWay) requestFrame();
    const selected = weather?.stations.findIndex(({ id }) => id === shownStation(store.state)) ?? -1;
    paint({
      ...map,
      theme,
      atlas,
      variable,
      weather: weather && colours && { ...weather, value: colours.value },
      arrows: wind === 'arrows' ? map.arrows : [],
      flow: wind === 'flow' && !prefersStillness(),
      selected: selected < 0 ? undefined : selected,
      label: withUnit(weather?.value[selected], variable === 'temperature_2m' ? 'temperature' : 'speed'),
      hovered: pointed,
    });
  }

  function show(next: MapState): void {
    const isPlaced = next.positions !== map.positions || next.viewport !== map.viewport;
    map = next;
    if (isPlaced) point(undefined);
    if (isLaidOut(map)) chooseAtlas();
    requestFrame();
  }

  function chooseAtlas(): void {
    const zoom = zoomOf(map);
    byId<HTMLButtonElement>('zoom-out').disabled = zoom < 1.001;
    if (zoom < CLOSE) atlas = COARSE;
    else if (atlas === COARSE) {
      void fineAtlas().then((finer) => {
        if (zoomOf(map) < CLOSE) return;
        atlas = finer;
        requestFrame();
      });
    }
  }

  /** The person moved the map: once it rests, a link shows the same. */
  function move(viewport: Viewport): void {
    show(moved(map, viewport));
    clearTimeout(settling);
    settling = window.setTimeout(() => {
      show(rested(map));
      const camera = cameraOf(map.projection, map.viewport, map.size);
      store.update({ view: { ...store.state.view, camera } });
    }, SETTLED);
  }

  function point(index: number | undefined): void {
    pointed = index;
    frame.classList.toggle('pointing', index !== undefined);
    const { weather, positions, size } = map;
    if (index === undefined || !weather) tooltip.hidden = true;
    else showTooltip(tooltip, weather, index, positions[index * 2], positions[index * 2 + 1], size);
    requestFrame();
  }

  function choose(index: number): void {
    if (map.weather) chooseStation(map.weather.stations[index].id);
  }

  /** To the next station in a direction: for those who have no pointer. */
  function step(dx: number, dy: number): void {
    const { weather, positions, size } = map;
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
  }

  const zoomBy = (factor: number, x: number, y: number): void =>
    move(map.projection.zoom(map.viewport, map.size, factor, x, y));

  // The map takes arrow keys, so it must be within reach of the tab key.
  byId('map-surface').tabIndex = 0;
  listenForGestures(byId('map-surface'), {
    pan: (dx, dy) => move(map.projection.pan(map.viewport, map.size, dx, dy)),
    zoom: zoomBy,
    hover(at) {
      const found = at && stationAt(map.positions, at.x, at.y, HOVER_REACH);
      if (found !== pointed) point(found);
    },
    choose(x, y, reach) {
      const found = stationAt(map.positions, x, y, reach);
      if (found !== undefined) choose(found);
    },
    step,
  });
  for (const [id, factor] of [
    ['zoom-in', 1.6],
    ['zoom-out', 1 / 1.6],
  ] as const) {
    byId(id).addEventListener('click', () => zoomBy(factor, map.size.width / 2, map.size.height / 2));
  }
  new ResizeObserver(
    ([
      {
        contentRect: { width, height },
      },
    ]) => {
      // Without a size, the view of another page is on show.
      if (width > 0 && height > 0) show(resized(map, { width, height }, lookOf(store.state)));
    },
  ).observe(frame);

  const showLegend = ({ view }: State): void => {
    fillLegend(byId('map-legend'), scaleFor(view.variable, theme.dark), view.variable);
  };
  onThemeChange(() => {
    theme = readTheme();
    showLegend(store.state);
    requestFrame();
  });

  store.subscribe((state, before) => {
    const { view } = state;
    const isOtherVariable = view.variable !== before?.view.variable;
    if (isOtherVariable || state.preferences !== before.preferences) showLegend(state);
    const previous = map.weather;
    const next = followed(map, state, before);
    if (next.weather && next.weather !== previous) {
      const isSmooth = previous && !isOtherVariable && next.weather.stations.length <= MOST_SMOOTH;
      if (isSmooth && !prefersStillness() && !document.hidden) transition.begin(performance.now());
      else transition.skip();
    }
    show(next);
    if (pointed !== undefined) point(pointed);
  });
}
