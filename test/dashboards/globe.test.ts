import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldGrid, fieldValues } from '../../dashboards/src/map/field.ts';
import { advance, LIFE, STRIDE, windAt, windGrid } from '../../dashboards/src/map/flow.ts';
import { clampGlobe, globeRadius, projectGlobe, unprojectGlobe } from '../../dashboards/src/map/globe.ts';
import { cameraOf, projectionOf, viewportOf } from '../../dashboards/src/map/projection.ts';
import { nights, sunHeight } from '../../dashboards/src/map/sun.ts';
import { wrapLongitude } from '../../dashboards/src/map/viewport.ts';
import type { MapWeather } from '../../dashboards/src/map/weather.ts';

const size = { width: 800, height: 420 };
const viewports = fc
  .record({
    longitude: fc.double({ min: -180, max: 179, noNaN: true }),
    latitude: fc.double({ min: -89, max: 89, noNaN: true }),
    scale: fc.double({ min: 0, max: 40, noNaN: true }),
  })
  .map((viewport) => clampGlobe(viewport, size));
const pixels = fc.record({ x: fc.integer({ min: 0, max: 800 }), y: fc.integer({ min: 0, max: 420 }) });

describe('the globe', () => {
  it('finds the place under a pixel, which lies there again', () => {
    fc.assert(
      fc.property(viewports, pixels, (viewport, { x, y }) => {
        const place = unprojectGlobe(viewport, size, x, y);
        const beside = Math.hypot(x - 400, y - 210) > globeRadius(viewport);
        expect(place === undefined).toBe(beside);
        if (!place) return;
        const [backX, backY] = projectGlobe(viewport, size, place.longitude, place.latitude);
        // At its very edge the globe falls away from us, and a place may lie just behind it.
        if (Number.isNaN(backX)) return expect(Math.hypot(x - 400, y - 210)).toBeGreaterThan(globeRadius(viewport) - 1);
        expect(Math.hypot(backX - x, backY - y)).toBeLessThan(0.01);
      }),
    );
  });

  it('agrees with d3 on where a place lies', () => {
    fc.assert(
      fc.property(
        viewports,
        fc.double({ min: -180, max: 180, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (viewport, longitude, latitude) => {
          const ours = projectGlobe(viewport, size, longitude, latitude);
          if (Number.isNaN(ours[0])) return;
          const theirs = projectionOf('globe').geo(viewport, size).clipAngle(null)([longitude, latitude]) ?? [
            Number.NaN,
            Number.NaN,
          ];
          expect(Math.hypot(ours[0] - theirs[0], ours[1] - theirs[1])).toBeLessThan(0.01);
        },
      ),
    );
  });

  it('hides the far side, and fits the map when it is small', () => {
    const whole = clampGlobe({ longitude: 0, latitude: 0, scale: 0 }, size);
    expect(projectGlobe(whole, size, 180, 0)).toEqual([Number.NaN, Number.NaN]);
    expect(2 * globeRadius(whole)).toBeLessThan(size.height);
  });
});

describe('where the map looks, in a link', () => {
  it.each(['flat', 'globe'] as const)('%s: comes back as it was', (kind) => {
    const projection = projectionOf(kind);
    fc.assert(
      fc.property(viewports, (any) => {
        const viewport = projection.clamp(any, size);
        const back = viewportOf(projection, cameraOf(projection, viewport, size), size);
        expect(wrapLongitude(back.longitude - viewport.longitude)).toBeCloseTo(0, 6);
        expect(back.latitude).toBeCloseTo(viewport.latitude, 6);
        expect(back.scale).toBeCloseTo(viewport.scale, 6);
      }),
    );
  });
});

describe('night at a place', () => {
  it('lasts about twelve hours at the equator, and has no end in the polar night', () => {
    const from = Date.UTC(2025, 2, 20);
    const [[begin, end]] = nights(0, 0, from + 12 * 3_600_000, from + 36 * 3_600_000);
    expect((end - begin) / 3_600_000).toBeCloseTo(11.88, 1);
    const winter = Date.UTC(2025, 11, 21);
    expect(nights(80, 0, winter, winter + 86_400_000)).toEqual([[winter, winter + 86_400_000]]);
    expect(nights(-80, 0, winter, winter + 86_400_000)).toEqual([]);
  });

  it('ends at sunrise as almanacs have it', () => {
    // Greenwich, 2025-06-21: sunrise 03:43 UTC, sunset 20:21 UTC (The Astronomical Almanac online).
    const day = Date.UTC(2025, 5, 21);
    const [[, rise], [set]] = nights(51.48, 0, day, day + 86_400_000);
    expect(Math.abs(rise - (day + 223 * 60_000))).toBeLessThan(3 * 60_000);
    expect(Math.abs(set - (day + 1221 * 60_000))).toBeLessThan(3 * 60_000);
    expect(sunHeight(day + 12 * 3_600_000, 51.48, 0)).toBeCloseTo(61.9, 0);
  });
});

describe('the flow of the wind', () => {
  const stations = [0, 4, 8].map((longitude, index) => ({
    id: `s${index}`,
    name: '',
    country: '',
    latitude: 10,
    longitude,
    elevation: null,
  }));
  const weather = (direction: number, speed = 10): MapWeather => ({
    stations,
    value: Float32Array.of(speed, speed, speed),
    temperature: Float32Array.of(0, 0, 0),
    speed: Float32Array.of(speed, speed, speed),
    direction: Float32Array.of(direction, direction, direction),
  });
  const grid = fieldGrid(stations);

  it('goes where the wind goes, and is nowhere far from any station', () => {
    const west = windGrid(grid, weather(270));
    const [u, v] = windAt(west, 4, 10) ?? [0, 0];
    expect(u).toBeCloseTo(10, 3);
    expect(v).toBeCloseTo(0, 3);
    expect(windAt(west, 120, -40)).toBeUndefined();
  });

  it('carries particles along, and gives those that are old or lost a new place', () => {
    const wind = windGrid(grid, weather(180));
    const particles = Float64Array.of(4, 10, 0, 4, 10, LIFE, 120, -40, 0);
    advance(
      particles,
      wind,
      10,
      1,
      () => [1, 2],
      () => 0,
    );
    expect(particles[0]).toBeCloseTo(4, 6);
    expect(particles[1]).toBeCloseTo(11, 3);
    expect([...particles.subarray(STRIDE)]).toEqual([1, 2, 0, 1, 2, 0]);
  });

  it('interpolates between stations without leaving the span of their values', () => {
    const values = fieldValues(grid, Float32Array.of(1, 2, 3)).filter((value) => !Number.isNaN(value));
    expect(values.length).toBeGreaterThan(0);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...values)).toBeLessThanOrEqual(3.0001);
    expect([...fieldValues(grid, Float32Array.of(Number.NaN, Number.NaN, Number.NaN))].every(Number.isNaN)).toBe(true);
  });
});
