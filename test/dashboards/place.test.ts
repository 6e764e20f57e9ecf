import { describe, expect, it } from 'vitest';
import type { ForecastResponse, RunModel, Station } from '../../dashboards/src/api/contracts.ts';
import { byDay, type Hourly, windRose } from '../../dashboards/src/place/by-day.ts';
import { chartSeries, tickStep, valueAt } from '../../dashboards/src/place/chart-data.ts';
import { placeForecast } from '../../dashboards/src/place/place-forecast.ts';
import { nearestStations, parsePosition, searchStations, startingStation } from '../../dashboards/src/place/search.ts';

import { DEFAULT_PREFERENCES, setPreferences } from '../../dashboards/src/preferences/preferences.ts';

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

const answers = {
  forecast: response({
    temperature_2m_net: [1, 2, 3, null],
    temperature_2m_persistence: [1, 2, 2, 2],
    wind_speed_10m_net: [4, null, 6, 7],
    wind_speed_10m_persistence: [4, null, 5, 5],
    wind_direction_10m_net: [10, 20, 30, 40],
  }),
};
const both = placeForecast(answers, [network, persistence]);

describe('the forecast of a place', () => {
  it('parts what was observed from what is forecast at the initialisation time', () => {
    expect(both.init).toBe(init);
    expect(both.observed.temperature).toEqual([1, 2, null, null]);
    expect(both.models[0].series.temperature).toEqual([null, null, 3, null]);
    expect(both.models[1].series.temperature).toEqual([null, null, 2, 2]);
    expect(both.models[0].series.direction).toEqual([null, null, 30, 40]);
  });

  it('reads names without a suffix, as they come for a single model', () => {
    const one = placeForecast({ forecast: response({ temperature_2m: [1, 2, 3, 4] }) }, [network]);
    expect(one.models[0].series.temperature).toEqual([null, null, 3, 4]);
    expect(one.observed.temperature).toEqual([1, 2, null, null]);
    expect(one.models[0].series.speed).toEqual([null, null, null, null]);
  });
});

describe('the lines of a chart', () => {
  const { lines } = chartSeries(both, 'temperature', undefined);

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
    expect(chartSeries(both, 'temperature', []).lines.map(({ role }) => role)).toEqual(['observed', 'forecast']);
  });

  it('do not grow out of an observation that is missing', () => {
    expect(chartSeries(both, 'speed', []).lines[1].points[0]).toEqual({ x: init + HOUR, y: 6 });
  });

  it('carry the band of the default model, from the observation on, and nothing where a level is missing', () => {
    const levels = (of: (number | null)[]) =>
      Object.fromEntries(
        ['p10', 'p25', 'p50', 'p75', 'p90'].map((level, index) => [
          `temperature_2m_${level}`,
          [null, null, of[index], index === 0 ? null : 9],
        ]),
      );
    const bands = response(levels([1, 2, 3, 4, 5]));
    const series = chartSeries(placeForecast({ ...answers, bands }, [network, persistence]), 'temperature', []);
    expect(series.band).toEqual([
      { time: init, values: [2, 2, 2, 2, 2] },
      { time: init + HOUR, values: [1, 2, 3, 4, 5] },
    ]);
    expect(chartSeries(both, 'temperature', []).band).toEqual([]);
  });

  it('have earlier runs behind them, told by how much older they are', () => {
    const before = { ...response({ temperature_2m: [8, 7, 6, 5] }), run: { dataset: 'd', init: '2025-02-20T04:00Z' } };
    const { lines: all } = chartSeries(placeForecast({ ...answers, earlier: [before] }, [network]), 'temperature', []);
    expect(all.map(({ role }) => role)).toEqual(['observed', 'forecast', 'earlier']);
    expect(all[2].label).toBe('the run 2 h earlier');
    expect(all[2].points.map(({ y }) => y)).toEqual([8, 7, 6, 5]);
  });

  it('are in the units that the person likes', () => {
    setPreferences({ ...DEFAULT_PREFERENCES, temperature: 'fahrenheit', wind: 'kmh' });
    try {
      expect(chartSeries(both, 'temperature', []).lines[0].points[0].y).toBeCloseTo(33.8);
      expect(chartSeries(both, 'speed', []).lines[0].points[0].y).toBeCloseTo(14.4);
    } finally {
      setPreferences(DEFAULT_PREFERENCES);
    }
  });

  it('read out a value where they have one, and the forecast none at the hour of the observation', () => {
    expect(valueAt(lines[0], init, init)).toBe(2);
    expect(valueAt(lines[1], init, init)).toBeUndefined();
    expect(valueAt(lines[1], init + HOUR, init)).toBe(3);
    expect(valueAt(lines[1], init + 2 * HOUR, init)).toBeUndefined();
    expect(valueAt(lines[2], init - HOUR, init)).toBeUndefined();
  });

  it('have hours under them that do not touch', () => {
    expect([900, 430, 210, 120].map((width) => tickStep(width, 71))).toEqual([3, 6, 12, 24]);
    expect(tickStep(300, 192)).toBe(24);
    expect(tickStep(200, 192)).toBe(48);
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

describe('a position that is typed', () => {
  it('is read with signs or hemispheres, with commas or without', () => {
    for (const written of ['52.4, 4.9', '52.4 4.9', '52.4N 4.9E', '52.4° N, 4.9° E', '+52.4;4.9']) {
      expect(parsePosition(written), written).toEqual({ latitude: 52.4, longitude: 4.9 });
    }
    expect(parsePosition('33.9S, 18.4W')).toEqual({ latitude: -33.9, longitude: -18.4 });
    expect(parsePosition('−33.9, -18.4')).toEqual({ latitude: -33.9, longitude: -18.4 });
  });

  it('is none where it lies on no earth, or is a name', () => {
    for (const written of ['91, 0', '0, 181', 'Paris', '52.4', ''])
      expect(parsePosition(written), written).toBeUndefined();
  });

  it('has its nearest stations, also across the date line', () => {
    const [first, second] = nearestStations(stations, { latitude: 48, longitude: 2 });
    expect([first.station.id, second.station.id]).toEqual(['paris', 'pau']);
    expect(first.distance).toBeGreaterThan(95);
    expect(first.distance).toBeLessThan(110);
    const fiji = [station('east', 'East', 'FJ', -17, 179.9), station('west', 'West', 'FJ', -17, -170)];
    expect(nearestStations(fiji, { latitude: -17, longitude: -179.9 })[0].station.id).toBe('east');
  });
});

describe('the hours of a place', () => {
  const hours: Hourly[] = Array.from({ length: 30 }, (_, hour) => ({
    time: init + hour * HOUR,
    isForecast: hour >= 6,
    temperature: hour === 3 ? null : hour,
    speed: hour % 10,
    direction: hour < 20 ? 90 : 350,
  }));

  it('make days of the clock, with their extremes and where the wind mostly came from', () => {
    const [first, second] = byDay(hours);
    expect(first).toMatchObject({ hours: 18, forecastHours: 12, coldest: 0, warmest: 17, strongest: 9, from: 4 });
    expect(second).toMatchObject({ hours: 12, forecastHours: 12, coldest: 18, warmest: 29, from: 0 });
  });

  it('make a rose in which each hour with wind stands once', () => {
    const rose = windRose(hours);
    expect(rose).toMatchObject({ hours: 30, calm: 3 });
    expect(rose.sectors.flat().reduce((sum, count) => sum + count, 0)).toBe(27);
    expect(rose.sectors[4].reduce((sum, count) => sum + count, 0)).toBe(18);
    expect(rose.sectors[0]).toEqual([5, 4, 0, 0]);
  });
});
