import { describe, expect, it } from 'vitest';
import type { ForecastResponse, RunModel, Station } from '../../dashboards/src/api/contracts.ts';
import { chartLines, tickStep, valueAt } from '../../dashboards/src/place/chart-data.ts';
import { placeForecast } from '../../dashboards/src/place/place-forecast.ts';
import { searchStations, startingStation } from '../../dashboards/src/place/search.ts';

const HOUR = 3_600_000;
const init = Date.UTC(2025, 1, 20, 6);
const network: RunModel = { id: 'net', name: 'UniRepLKNet', kind: 'network' };
const persistence: RunModel = { id: 'persistence', name: 'Persistence', kind: 'baseline' };

function response(hourly: Record<string, (number | null)[]>): ForecastResponse {
  return {
    latitude: 52,
    longitude: 5,
    elevation: 2,
    station: { id: 'a', name: 'A', country: 'NL' },
    run: { dataset: 'd', init: '2025-02-20T06:00Z' },
    hourly_units: {},
    hourly: { time: ['2025-02-20T05:00', '2025-02-20T06:00', '2025-02-20T07:00', '2025-02-20T08:00'], ...hourly },
  };
}

const both = placeForecast(
  response({
    temperature_2m_net: [1, 2, 3, null],
    temperature_2m_persistence: [1, 2, 2, 2],
    wind_speed_10m_net: [4, null, 6, 7],
    wind_speed_10m_persistence: [4, null, 5, 5],
    wind_direction_10m_net: [10, 20, 30, 40],
  }),
  [network, persistence],
);

describe('the forecast of a place', () => {
  it('parts what was observed from what is forecast at the initialisation time', () => {
    expect(both.init).toBe(init);
    expect(both.observed.temperature).toEqual([1, 2, null, null]);
    expect(both.models[0].series.temperature).toEqual([null, null, 3, null]);
    expect(both.models[1].series.temperature).toEqual([null, null, 2, 2]);
    expect(both.models[0].series.direction).toEqual([null, null, 30, 40]);
  });

  it('reads names without a suffix, as they come for a single model', () => {
    const one = placeForecast(response({ temperature_2m: [1, 2, 3, 4] }), [network]);
    expect(one.models[0].series.temperature).toEqual([null, null, 3, 4]);
    expect(one.observed.temperature).toEqual([1, 2, null, null]);
    expect(one.models[0].series.speed).toEqual([null, null, null, null]);
  });
});

describe('the lines of a chart', () => {
  const lines = chartLines(both, 'temperature', true);

  it('are the observed, the forecast that grows out of it, and the baselines', () => {
    expect(lines.map(({ role }) => role)).toEqual(['observed', 'forecast', 'persistence']);
    expect(lines[0].points).toEqual([
      { x: init - HOUR, y: 1 },
      { x: init, y: 2 },
    ]);
    expect(lines[1].points).toEqual([
      { x: init, y: 2 },
      { x: init + HOUR, y: 3 },
      { x: init + 2 * HOUR, y: Number.NaN },
    ]);
  });

  it('leave the baselines out on request', () => {
    expect(chartLines(both, 'temperature', false).map(({ role }) => role)).toEqual(['observed', 'forecast']);
  });

  it('do not grow out of an observation that is missing', () => {
    expect(chartLines(both, 'speed', false)[1].points[0]).toEqual({ x: init + HOUR, y: 6 });
  });

  it('read out a value where they have one, and the forecast none at the hour of the observation', () => {
    expect(valueAt(lines[0], init, init)).toBe(2);
    expect(valueAt(lines[1], init, init)).toBeUndefined();
    expect(valueAt(lines[1], init + HOUR, init)).toBe(3);
    expect(valueAt(lines[1], init + 2 * HOUR, init)).toBeUndefined();
    expect(valueAt(lines[2], init - HOUR, init)).toBeUndefined();
  });

  it('have hours under them that do not touch', () => {
    expect([900, 430, 210, 60].map((width) => tickStep(width, 71))).toEqual([3, 6, 12, 24]);
  });
});

const station = (id: string, name: string, country: string, latitude = 0, longitude = 0): Station => ({
  id,
  name,
  country,
  latitude,
  longitude,
  elevation: null,
});
const stations = [
  station('sao-paulo', 'São Paulo', 'BR', -23.5, -46.6),
  station('st-paul', 'Saint Paul', 'US', 45, -93),
  station('pau', 'Pau', 'FR', 43.3, -0.4),
  station('new-york', 'New York', 'US', 40.7, -74),
  station('paris', 'Paris', 'FR', 48.9, 2.4),
];
const names = (found: Station[]): string[] => found.map(({ id }) => id);

describe('searching a place', () => {
  it('finds names that begin so before those that contain it, without accents or case', () => {
    expect(names(searchStations(stations, 'pa'))).toEqual(['paris', 'pau', 'st-paul', 'sao-paulo']);
    expect(names(searchStations(stations, ' SAO p'))).toEqual(['sao-paulo']);
  });

  it('finds countries by their name, after places', () => {
    expect(names(searchStations(stations, 'fra'))).toEqual(['paris', 'pau']);
  });

  it('finds nothing for nothing, and no more than asked for', () => {
    expect(searchStations(stations, '  ')).toEqual([]);
    expect(searchStations(stations, 'zzz')).toEqual([]);
    expect(searchStations(stations, 'pa', 2)).toHaveLength(2);
  });
});

describe('the place that the page opens with', () => {
  it("is the city of the visitor's time zone where it is a station", () => {
    expect(startingStation(stations, 'America/New_York', -5)?.id).toBe('new-york');
    expect(startingStation(stations, 'America/Sao_Paulo', -3)?.id).toBe('sao-paulo');
  });

  it('is one at the same time of day otherwise, and none where there is none', () => {
    expect(startingStation(stations, 'UTC', 0)?.id).toBe('paris');
    expect(startingStation(stations, 'America/Chicago', -6)?.id).toBe('st-paul');
    expect(startingStation([], 'UTC', 0)).toBeUndefined();
  });
});
