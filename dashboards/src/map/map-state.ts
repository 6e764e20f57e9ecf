/** Where the map looks and what lies on it, as values: each function takes one such state to the next. Pure. */
import type { Station } from '../api/contracts.ts';
import { parseInstant } from '../format/time.ts';
import type { State } from '../state.ts';
import type { Camera, ViewState } from '../view-state.ts';
import { cameraOf, type Projection, projectionOf, viewportOf } from './projection.ts';
import { type Positions, stationPositions, withRoomForArrows } from './stations.ts';
import { isWithin, type Size, type Viewport } from './viewport.ts';
import { type MapWeather, weatherAt } from './weather.ts';

/** Pixels that a chosen station keeps from the edge of the map. */
const EDGE = 24;

export interface MapState {
  readonly size: Size;
  readonly projection: Projection;
  readonly viewport: Viewport;
  /** On the move: coarser, but at once. */
  readonly moving: boolean;
  /** Undefined: there is no forecast yet. */
  readonly weather: MapWeather | undefined;
  /** Valid time, ms. */
  readonly time: number;
  /** Pixels: x, y of each of the weather's stations. */
  readonly positions: Positions;
  /** The stations that have room for an arrow. */
  readonly arrows: readonly number[];
}

/** What of the page's state says where to look. */
export interface Look {
  camera: Camera | undefined;
  stations: readonly Station[];
  /** The chosen station. */
  shown: string | undefined;
}

export function emptyMap(kind: ViewState['projection']): MapState {
  const size = { width: 0, height: 0 };
  const projection = projectionOf(kind);
  const viewport = projection.viewFor([], size);
  const positions: Positions = new Float32Array();
  return { size, projection, viewport, moving: false, weather: undefined, time: Number.NaN, positions, arrows: [] };
}

export function isLaidOut({ size }: MapState): boolean {
  return size.width > 0;
}

export function zoomOf({ projection, viewport, size }: MapState): number {
  return viewport.scale / projection.minimumScale(size);
}

export function lookOf(state: State): Look {
  return { camera: state.view.camera, stations: state.stations, shown: shownStation(state) };
}

/** The station that the place panel shows or is about to show. */
export function shownStation({ place }: State): string | undefined {
  if (place.kind === 'none') return undefined;
  return place.kind === 'shown' ? place.forecast.station.id : place.station;
}

/** As long as nobody moved it, the map shows what its new size calls for. */
export function resized(map: MapState, size: Size, look: Look): MapState {
  const isMoved = isLaidOut(map) && look.camera !== undefined;
  const scale = map.projection.minimumScale(size) * (isMoved ? zoomOf(map) : 1);
  const next = isMoved ? { ...map, size, viewport: { ...map.viewport, scale } } : lookAgain({ ...map, size }, look);
  return placed(look.camera ? next : broughtIntoView(next, look));
}

export function moved(map: MapState, viewport: Viewport): MapState {
  return placed({ ...map, viewport, moving: true });
}

export function rested(map: MapState): MapState {
  return placed({ ...map, moving: false });
}

/** The page's state is another one. @param before undefined at first */
export function followed(map: MapState, state: State, before: State | undefined): MapState {
  const { view, data } = state;
  const look = lookOf(state);
  let next = map;
  if (state.stations !== before?.stations) next = placed(lookAgain(next, look));
  if (before && view.projection !== before.view.projection) {
    const projection = projectionOf(view.projection);
    next = { ...next, projection, viewport: projection.viewFor(state.stations, next.size) };
    if (view.camera) next = lookAgain(next, look);
    next = placed(broughtIntoView(next, look));
  } else if (before && view.camera !== before.view.camera && !looksAt(next, view.camera)) {
    next = placed(lookAgain(next, look));
  }
  if (data && (data !== before?.data || view !== before.view)) next = withWeather(next, state, data);
  // A link that says where to look is followed, wherever its place lies.
  const isLinked = view.camera !== undefined && (before?.place.kind ?? 'none') === 'none';
  const isOtherPlace = look.shown !== (before && shownStation(before));
  return isOtherPlace && !isLinked ? placed(broughtIntoView(next, look)) : next;
}

function withWeather(map: MapState, { stations, view }: State, { values, run }: NonNullable<State['data']>): MapState {
  const lead = Math.min(view.lead, run.lead_hours);
  const byId = new Map(stations.map((station) => [station.id, station]));
  const weather = weatherAt(values, byId, view.variable, lead);
  const isSame = sameStations(map.weather?.stations, weather.stations);
  const next = { ...map, weather, time: parseInstant(values.time[lead - 1]) };
  if (isSame) return next;
  const positions = stationPositions(weather, map.projection, map.viewport, map.size);
  return { ...next, positions, arrows: withRoomForArrows(positions, map.size) };
}

function sameStations(one: readonly Station[] | undefined, other: readonly Station[]): boolean {
  return one?.length === other.length && other.every((station, index) => station === one[index]);
}

/** After the viewport or the stations moved. */
function placed(map: MapState): MapState {
  if (!isLaidOut(map)) return map;
  const { projection, size, weather, moving } = map;
  const viewport = projection.clamp(map.viewport, size);
  if (!weather) return { ...map, viewport };
  const positions = stationPositions(weather, projection, viewport, size);
  // While the map moves, the same stations keep their arrows: choosing anew takes longer, and flickers.
  return { ...map, viewport, positions, arrows: moving ? map.arrows : withRoomForArrows(positions, size) };
}

/** What the address says, or else all of the stations. */
function lookAgain(map: MapState, { camera, stations }: Look): MapState {
  const { projection, size } = map;
  return { ...map, viewport: camera ? viewportOf(projection, camera, size) : projection.viewFor(stations, size) };
}

/** A chosen station must not lie outside the map. */
function broughtIntoView(map: MapState, { stations, shown }: Look): MapState {
  const { projection, viewport, size } = map;
  const station = shown === undefined ? undefined : stations.find(({ id }) => id === shown);
  if (!station || !isLaidOut(map)) return map;
  const { longitude, latitude } = station;
  if (isWithin(projection.project(viewport, size, longitude, latitude), size, EDGE)) return map;
  return { ...map, viewport: projection.clamp({ ...viewport, longitude, latitude }, size) };
}

/** Does the map look there already, because it was moved by hand. */
function looksAt({ projection, viewport, size }: MapState, camera: Camera | undefined): boolean {
  if (!camera) return false;
  const now = cameraOf(projection, viewport, size);
  return now.longitude === camera.longitude && now.latitude === camera.latitude && now.zoom === camera.zoom;
}
