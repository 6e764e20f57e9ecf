import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunValues, Station } from '../../dashboards/src/api/contracts.ts';
import { fieldGrid, paintField } from '../../dashboards/src/map/field.ts';
import { stationAt, stationTowards, withRoomForArrows } from '../../dashboards/src/map/stations.ts';
import { subsolarPoint } from '../../dashboards/src/map/sun.ts';
import {
  clampViewport,
  isWithin,
  minimumScale,
  panBy,
  project,
  unproject,
  type Viewport,
  viewportFor,
  wrapLongitude,
  zoomAt,
} from '../../dashboards/src/map/viewport.ts';
import { blend, weatherAt } from '../../dashboards/src/map/weather.ts';

const size = { width: 800, height: 420 };
const viewports: fc.Arbitrary<Viewport> = fc
  .record({
    longitude: fc.double({ min: -180, max: 179, noNaN: true }),
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    scale: fc.double({ min: 1, max: 40, noNaN: true }),
  })
  .map((viewport) => clampViewport(viewport, size));
const pixels = fc.record({ x: fc.integer({ min: 0, max: 800 }), y: fc.integer({ min: 0, max: 420 }) });

describe('the viewport', () => {
  it('projects a place to where it came from', () => {
    fc.assert(
      fc.property(viewports, pixels, (viewport, { x, y }) => {
        const { longitude, latitude } = unproject(viewport, size, x, y);
        const [backX, backY] = project(viewport, size, longitude, latitude);
        expect(backY).toBeCloseTo(y, 6);
        // A world that is narrower than the map shows a place twice; the nearer copy is as good.
        expect(Math.abs(wrapLongitude((backX - x) / viewport.scale))).toBeLessThan(1e-6);
      }),
    );
  });

  it('never shows what lies beyond the poles, nor more than one world', () => {
    fc.assert(
      fc.property(viewports, ({ latitude, scale }) => {
        expect(latitude + size.height / 2 / scale).toBeLessThan(90 + 1e-9);
        expect(latitude - size.height / 2 / scale).toBeGreaterThan(-90 - 1e-9);
        expect(scale).toBeGreaterThanOrEqual(minimumScale(size));
      }),
    );
  });

  it('keeps the place under the pointer while zooming in', () => {
    const viewport = clampViewport({ longitude: 10, latitude: 0, scale: 4 }, size);
    const before = unproject(viewport, size, 300, 250);
    const after = unproject(zoomAt(viewport, size, 2, 300, 250), size, 300, 250);
    expect(after.longitude).toBeCloseTo(before.longitude, 9);
    expect(after.latitude).toBeCloseTo(before.latitude, 9);
  });

  it('turns the world round and round', () => {
    const viewport = clampViewport({ longitude: 170, latitude: 0, scale: 4 }, size);
    expect(panBy(viewport, size, -80, 0).longitude).toBeCloseTo(-170);
    expect([180, -180, 540, 190].map(wrapLongitude)).toEqual([-180, -180, -180, -170]);
  });
});

describe('the map as it opens', () => {
  it('shows the world for stations all over it, and their part of it for stations close together', () => {
    const world = viewportFor(
      [
        { longitude: -170, latitude: -50 },
        { longitude: 170, latitude: 60 },
      ],
      size,
    );
    expect(world.scale).toBe(minimumScale(size));
    expect(viewportFor([], size)).toEqual(world);
    const dutch = [
      { longitude: 3.4, latitude: 51.4 },
      { longitude: 7.1, latitude: 53.5 },
    ];
    const netherlands = viewportFor(dutch, size);
    expect(netherlands.scale).toBeGreaterThan(10 * world.scale);
    for (const { longitude, latitude } of dutch)
      expect(isWithin(project(netherlands, size, longitude, latitude), size, 20)).toBe(true);
    expect(viewportFor(dutch.slice(1), size).scale).toBeGreaterThan(10 * world.scale);
  });
});

describe('stations under a pointer', () => {
  //             0       1       2         3
  const dots = Float32Array.from([100, 100, 110, 100, 300, 100, 100, 300]);

  it('are the nearest within reach', () => {
    expect(stationAt(dots, 106, 100, 14)).toBe(1);
    expect(stationAt(dots, 200, 100, 14)).toBeUndefined();
  });

  it('are found in the direction of an arrow key', () => {
    expect(stationTowards(dots, 0, 1, 0)).toBe(1);
    expect(stationTowards(dots, 1, 1, 0)).toBe(2);
    expect(stationTowards(dots, 0, 0, 1)).toBe(3);
    expect(stationTowards(dots, 0, 0, -1)).toBeUndefined();
  });

  it('get arrows only where there is room, the first come first', () => {
    expect(withRoomForArrows(dots, size, 22)).toEqual([0, 2, 3]);
    const points = fc.array(
      fc.tuple(fc.float({ min: 0, max: 800, noNaN: true }), fc.float({ min: 0, max: 420, noNaN: true })),
    );
    fc.assert(
      fc.property(points, (places) => {
        const chosen = withRoomForArrows(Float32Array.from(places.flat()), size, 22).map((index) => places[index]);
        for (const [index, a] of chosen.entries()) {
          for (const b of chosen.slice(index + 1))
            expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeGreaterThanOrEqual(21.99);
        }
      }),
    );
  });
});

describe('the weather on the map', () => {
  const station = (id: string): Station => ({ id, name: id, country: '', latitude: 0, longitude: 0, elevation: null });
  const known = new Map(['a', 'c'].map((id) => [id, station(id)]));
  const values: RunValues = {
    dataset: 'd',
    init: '2025-02-20T06:00Z',
    model: 'net',
    stations: ['a', 'b', 'c'],
    time: ['2025-02-20T07:00Z', '2025-02-20T08:00Z'],
    hourly_units: {},
    hourly: {
      temperature_2m: [
        [1, 2, 3],
        [4, 5, null],
      ],
      wind_speed_10m: [
        [6, 7, 8],
        [9, 10, 11],
      ],
    },
  };

  it('is that of the lead hour, at the stations that are known', () => {
    const weather = weatherAt(values, known, 'wind_speed_10m', 2);
    expect(weather.stations.map(({ id }) => id)).toEqual(['a', 'c']);
    expect([...weather.value]).toEqual([9, 11]);
    expect([...weather.temperature]).toEqual([4, Number.NaN]);
    expect([...weather.direction]).toEqual([Number.NaN, Number.NaN]);
  });

  it('goes from one hour to the next without guessing what is missing', () => {
    const [from, to] = [Float32Array.of(0, Number.NaN, 4), Float32Array.of(10, 6, Number.NaN)];
    expect([...blend(from, to, 0.5)]).toEqual([5, 6, Number.NaN]);
    expect(blend(from, to, 1)).toBe(to);
    expect(blend(Float32Array.of(1), to, 0.2)).toBe(to);
  });
});

describe('the field between the stations', () => {
  const at = (longitude: number, latitude: number): Station => ({
    id: `${longitude} ${latitude}`,
    name: '',
    country: '',
    latitude,
    longitude,
    elevation: null,
  });
  const grey = (value: number): readonly [number, number, number] => [value, value, value];
  /** Value and opacity of the cell that a place lies in. */
  function painted(stations: Station[], values: number[], longitude: number, latitude: number): [number, number] {
    const grid = fieldGrid(stations);
    const pixels = new Uint8ClampedArray(grid.columns * grid.rows * 4);
    paintField(grid, Float32Array.from(values), grey, pixels);
    const [row, column] = [Math.floor((90 - latitude) / 3), Math.floor((longitude + 180) / 3)];
    const cell = 4 * (row * grid.columns + column);
    return [pixels[cell], pixels[cell + 3]];
  }
  const pair = [at(1.5, 1.5), at(13.5, 1.5)];

  it('has the value of a station at the station, and lies between its neighbours elsewhere', () => {
    expect(painted(pair, [100, 200], 1.5, 1.5)[0]).toBeLessThan(103);
    expect(painted(pair, [100, 200], 13.5, 1.5)[0]).toBeGreaterThan(197);
    expect(painted(pair, [100, 200], 7.5, 1.5)).toEqual([150, 255]);
  });

  it('knows that the world is round: across the date line, and over the pole', () => {
    expect(painted([at(178.5, 1.5), at(0, 60)], [100, 200], -178.5, 1.5)[0]).toBeLessThan(105);
    expect(painted([at(0, 88.5), at(0, 40)], [100, 200], -178.5, 88.5)[0]).toBeLessThan(110);
  });

  it('fades far from every station, and is not there beyond', () => {
    expect(painted(pair, [100, 200], -18, 1.5)[1]).toBeGreaterThan(0);
    expect(painted(pair, [100, 200], -18, 1.5)[1]).toBeLessThan(255);
    expect(painted(pair, [100, 200], -60, 1.5)[1]).toBe(0);
  });

  it('leaves out a station whose value is missing', () => {
    expect(painted(pair, [Number.NaN, 200], 4.5, 1.5)).toEqual([200, 255]);
    expect(painted(pair, [Number.NaN, Number.NaN], 4.5, 1.5)[1]).toBe(0);
  });

  it('never leaves the range of its stations', () => {
    const places = fc.array(
      fc.tuple(
        fc.integer({ min: -180, max: 179 }),
        fc.integer({ min: -90, max: 90 }),
        fc.integer({ min: 40, max: 220 }),
      ),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(places, (some) => {
        const grid = fieldGrid(some.map(([longitude, latitude]) => at(longitude, latitude)));
        const pixels = new Uint8ClampedArray(grid.columns * grid.rows * 4);
        paintField(grid, Float32Array.from(some.map(([, , value]) => value)), grey, pixels);
        const [least, most] = [Math.min(...some.map(([, , v]) => v)), Math.max(...some.map(([, , v]) => v))];
        for (let cell = 0; cell < pixels.length; cell += 4) {
          if (pixels[cell + 3] > 0 && (pixels[cell] < least - 1 || pixels[cell] > most + 1))
            throw new Error(`${pixels[cell]}`);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('the sun', () => {
  it('stands overhead where almanacs say', () => {
    // Equinox 2025-03-20 09:01 UTC, June solstice 2025-06-21 02:42 UTC.
    expect(subsolarPoint(Date.UTC(2025, 2, 20, 9, 1)).latitude).toBeCloseTo(0, 1);
    expect(subsolarPoint(Date.UTC(2025, 5, 21, 2, 42)).latitude).toBeCloseTo(23.44, 1);
    // The equation of time: the sun is 14.2 min late on 11 February, 16.4 min early on 3 November.
    expect(subsolarPoint(Date.UTC(2025, 1, 11, 12)).longitude).toBeCloseTo(14.2 / 4, 0);
    expect(subsolarPoint(Date.UTC(2025, 10, 3, 12)).longitude).toBeCloseTo(-16.4 / 4, 0);
  });

  it('goes west by fifteen degrees an hour', () => {
    const at = (hour: number): number => subsolarPoint(Date.UTC(2025, 1, 20, hour)).longitude;
    expect(at(13) - at(12)).toBeCloseTo(-15, 1);
  });
});
