import { describe, expect, it } from 'vitest';
import {
  emptyMap,
  followed,
  lookOf,
  type MapState,
  moved,
  resized,
  rested,
  zoomOf,
} from '../../dashboards/src/map/map-state.ts';
import { createTransition } from '../../dashboards/src/map/transition.ts';
import type { State } from '../../dashboards/src/state.ts';
import { DEFAULT_VIEW } from '../../dashboards/src/view-state.ts';

const size = { width: 800, height: 420 };
const station = (id: string, longitude: number, latitude: number) => {
  return { id, name: id, country: '', latitude, longitude, elevation: null };
};
const stations = [station('west', -60, 10), station('east', 100, -20), station('north', 15, 60)];
const empty = { view: DEFAULT_VIEW, stations: [], data: undefined, place: { kind: 'none' } } as unknown as State;
const hour = [[1, 2, 3]];
const filled = {
  ...empty,
  stations,
  data: {
    run: { lead_hours: 1 },
    values: {
      stations: stations.map(({ id }) => id),
      time: ['2025-02-20T07:00Z'],
      hourly: { temperature_2m: hour, wind_speed_10m: hour, wind_direction_10m: hour },
    },
  },
} as unknown as State;
const laidOut = (state: State): MapState => resized(emptyMap('flat'), size, lookOf(state));
const withPlace = (state: State, id: string): State => ({ ...state, place: { kind: 'loading', station: id } }) as State;
const withCamera = (state: State, zoom: number): State => ({
  ...state,
  view: { ...state.view, camera: { longitude: 0, latitude: 0, zoom } },
});

describe('what the map shows', () => {
  it('is nothing to trip over before it is laid out', () => {
    const map = followed(emptyMap('flat'), filled, undefined);
    expect(map.weather?.stations).toHaveLength(3);
    expect(zoomOf(resized(map, size, lookOf(filled)))).toBeCloseTo(1);
  });

  it('is each station of the run at its place, and the valid time of the lead hour', () => {
    const map = followed(laidOut(empty), filled, empty);
    expect(map.positions).toHaveLength(6);
    expect(map.time).toBe(Date.parse('2025-02-20T07:00Z'));
    const xs = [0, 1, 2].map((index) => map.positions[index * 2]);
    expect(xs[0]).toBeLessThan(xs[2]);
    expect(xs[2]).toBeLessThan(xs[1]);
  });

  it('keeps the places of the stations from one hour to the next', () => {
    const map = followed(laidOut(empty), filled, empty);
    const later = followed(map, { ...filled, view: { ...filled.view, lead: 2 } }, filled);
    expect(later.weather).not.toBe(map.weather);
    expect(later.positions).toBe(map.positions);
  });

  it('keeps its arrows while it moves, and chooses anew when it rests', () => {
    const map = followed(laidOut(empty), filled, empty);
    const underWay = moved(map, { ...map.viewport, scale: map.viewport.scale * 3 });
    expect(underWay).toMatchObject({ moving: true, arrows: map.arrows });
    expect(underWay.positions).not.toEqual(map.positions);
    expect(rested(underWay).moving).toBe(false);
  });

  it('keeps the zoom that somebody chose when its size changes, and fits the stations where nobody did', () => {
    const chosen = withCamera(filled, 3);
    const map = moved(laidOut(chosen), laidOut(chosen).viewport);
    expect(zoomOf(map)).toBeCloseTo(3);
    expect(zoomOf(resized(map, { width: 400, height: 300 }, lookOf(chosen)))).toBeCloseTo(3);
    expect(zoomOf(resized(laidOut(filled), { width: 400, height: 300 }, lookOf(filled)))).toBeCloseTo(1);
  });

  it('brings a chosen station into view, but follows a link that says where to look', () => {
    const close = followed(laidOut(empty), withCamera(filled, 12), empty);
    const away = withCamera(filled, 12);
    // The page was open, then another place was chosen.
    const open = withPlace(away, 'north');
    const chosen = followed(close, withPlace(away, 'east'), open);
    expect([chosen.viewport.longitude, chosen.viewport.latitude]).toEqual([100, -20]);
    // The first place of a link with a camera.
    expect(followed(close, withPlace(away, 'east'), away).viewport).toEqual(close.viewport);
  });

  it('looks as a changed address says, and stays where a hand moved it to', () => {
    const before = withCamera(filled, 2);
    const map = followed(laidOut(before), before, empty);
    const other = withCamera(filled, 5);
    expect(zoomOf(followed(map, other, before))).toBeCloseTo(5);
    const globe = { ...filled, view: { ...filled.view, projection: 'globe' as const } };
    expect(followed(map, globe, filled).projection.kind).toBe('globe');
  });
});

describe('the way from one hour to the next', () => {
  it('begins at the colours on show, ends at the next ones, and is skipped where it would come too late', () => {
    const transition = createTransition();
    expect(transition.at(0, Float32Array.of(1)).isUnderWay).toBe(false);
    transition.begin(1000);
    const half = transition.at(1130, Float32Array.of(3));
    expect([half.value[0], half.isUnderWay]).toEqual([2, true]);
    expect(transition.at(1260, Float32Array.of(3))).toMatchObject({ isUnderWay: false });
    transition.begin(2000);
    transition.skip();
    expect(transition.at(2001, Float32Array.of(9)).value[0]).toBe(9);
  });
});
