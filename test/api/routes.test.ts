import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verifyRuns } from '../../models/evaluation/verification.ts';
import { formatHour } from '../../src/domain/time.ts';
import { forecastsOf, INIT, MODELS, observed, STATIONS, startEmpty, startFilled } from './support.ts';

describe('/v1/status', () => {
  test('tells what the service is, has and does', async () => {
    const jobs = [
      {
        name: 'forecast',
        state: 'waiting',
        last_slot: '2025-02-20T00:00Z',
        last_finished_at: '2025-02-20T00:06:00.000Z',
        next_at: '2025-02-20T01:00Z',
        last_error: null,
      },
    ];
    const { get } = await startFilled({ status: { jobs } });
    const { status, headers, body } = await get('/v1/status');
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      version: '0.1.0',
      now: '2025-02-20T00:30:00.000Z',
      clock: { kind: 'replay', seconds_per_hour: 3 },
      dataset: 'demo',
      datasets: [
        {
          dataset: 'demo',
          from: '2025-02-17T01:00Z',
          to: '2025-02-20T01:00Z',
          stations: 3,
          variables: ['temperature_2m', 'wind_u_component_10m', 'wind_v_component_10m'],
        },
      ],
      latest_run: '2025-02-20T00:00Z',
      preparing: null,
      jobs,
    });
  });

  test('is answered although a dataset is damaged', async () => {
    const { get, root, logged } = await startFilled();
    writeFileSync(join(root, 'observations', 'demo', 'manifest.json'), '{');
    expect((await get('/v1/status')).body.datasets).toEqual([]);
    expect(logged.join()).toContain('cannot be described');
  });
});

describe('/v1/stations', () => {
  const ids = (body: { stations: { id: string }[] }) => body.stations.map(({ id }) => id);

  test('lists the stations of the dataset', async () => {
    const { get } = await startFilled();
    expect((await get('/v1/stations')).body).toEqual({ dataset: 'demo', stations: STATIONS });
    expect(ids((await get('/v1/stations?limit=2')).body)).toEqual(['amsterdam', 'sao-paulo']);
  });

  test('finds by name: case and accents do not count, a word may be anywhere', async () => {
    const { get } = await startFilled();
    for (const typed of ['sao', 'SÃO P', 'paulo', 'sao-paulo', 'br']) {
      expect(ids((await get(`/v1/stations?search=${encodeURIComponent(typed)}`)).body)).toEqual(['sao-paulo']);
    }
    expect(ids((await get('/v1/stations?search=s')).body)).toEqual(['sao-paulo', 'suva', 'amsterdam']);
    expect(ids((await get('/v1/stations?search=xyz')).body)).toEqual([]);
  });

  test('sorts by distance from a position, and tells it', async () => {
    const { get } = await startFilled();
    const { body } = await get('/v1/stations?latitude=-20&longitude=-178&limit=1');
    expect(body.stations).toEqual([{ ...STATIONS[2], distance_km: 427.5 }]);
  });
});

describe('/v1/runs', () => {
  test('lists the runs, newest first', async () => {
    const { get } = await startFilled();
    const { body } = await get('/v1/runs');
    const models = MODELS.map(({ weightsSha256, ...model }) => ({ ...model, weights_sha256: weightsSha256 }));
    expect(body).toEqual({
      dataset: 'demo',
      runs: [
        { init: '2025-02-20T00:00Z', created_at: '2025-02-20T00:06:00.000Z', lead_hours: 24, models },
        { init: '2025-02-19T18:00Z', created_at: '2025-02-19T18:06:00.000Z', lead_hours: 24, models },
      ],
    });
    expect((await get('/v1/runs?limit=1')).body.runs).toHaveLength(1);
  });

  test('leaves out a run that is taken away while they are listed', async () => {
    const { get, context } = await startFilled();
    const list = context.runs.list.bind(context.runs);
    context.runs.list = async (dataset) => {
      const inits = await list(dataset);
      await context.runs.remove(dataset, inits[0]);
      return inits;
    };
    const { status, body } = await get('/v1/runs');
    expect([status, body.runs.map(({ init }: { init: string }) => init)]).toEqual([200, ['2025-02-20T00:00Z']]);
  });

  test('gives the values of a run at all stations, in internal units', async () => {
    const { get } = await startFilled();
    const { body } = await get('/v1/runs/latest/values');
    expect(body).toMatchObject({
      dataset: 'demo',
      init: '2025-02-20T00:00Z',
      generated_at: '2025-02-20T00:06:00.000Z',
      valid_until: '2025-02-20T06:06:00.000Z',
      model: 'demo',
      weights_sha256: 'ab'.repeat(32),
      stations: ['amsterdam', 'sao-paulo', 'suva'],
      hourly_units: { time: 'iso8601', temperature_2m: '°C', wind_speed_10m: 'm/s', wind_direction_10m: '°' },
    });
    expect([body.time.length, body.time[0]]).toEqual([24, '2025-02-20T01:00Z']);
    expect(body.hourly.temperature_2m).toHaveLength(24);
    expect(body.hourly.temperature_2m[2]).toEqual([10.2, 11.2, null]);
    expect(body.hourly.wind_speed_10m[23]).toEqual([5, 5, 5]);
  });

  test('gives the values of an earlier run, another model, and variables by name', async () => {
    const { get } = await startFilled();
    const init = encodeURIComponent('2025-02-19T18:00Z');
    const { body } = await get(`/v1/runs/${init}/values?model=persistence&hourly=temperature_2m`);
    expect([body.init, body.model, Object.keys(body.hourly)]).toEqual([
      '2025-02-19T18:00Z',
      'persistence',
      ['temperature_2m'],
    ]);
    expect(new Set(body.hourly.temperature_2m.map(([first]: number[]) => first))).toEqual(new Set([9.6]));
  });
});

describe('/v1/verification', () => {
  test('sums the scores up', async () => {
    const { get, context } = await startFilled();
    await context.scores.publish('demo', INIT - 29, [
      ...(await context.scores.read('demo', INIT - 30)).map((row) => ({ ...row, sumSquaredError: 0 })),
    ]);
    const { body } = await get('/v1/verification');
    expect([body.runs, body.first, body.last]).toEqual([2, '2025-02-18T18:00Z', '2025-02-18T19:00Z']);
    // demo: squared errors 0.25 at lead 1, 0.5 at lead 2 in the first run, 0 in the second.
    expect(body.models[0]).toEqual({
      model: 'demo',
      wind_vector_rmse: null,
      variables: {
        temperature_2m: {
          unit: '°C',
          count: 12,
          mse: 0.1875,
          rmse: 0.433,
          mae: 0.75,
          bias: -0.5,
          crps: 0.75,
          coverage_50: null,
          coverage_80: null,
          skill_persistence: 0.9375,
          skill_climatology: null,
          by_lead: {
            lead: [1, 2],
            count: [6, 6],
            mse: [0.125, 0.25],
            mae: [0.5, 1],
            bias: [-0.5, -0.5],
            crps: [0.5, 1],
          },
        },
      },
    });
    expect(body.models[1].variables.temperature_2m.skill_persistence).toBe(0);
    const last = await get('/v1/verification?last_runs=1');
    expect([last.body.runs, last.body.models[0].variables.temperature_2m.mse]).toEqual([1, 0]);
  });

  describe('at stations', () => {
    /** Two runs that are over, and their scores. */
    const startVerified = async () => {
      const service = await startFilled();
      const { observations, runs, scores } = service.context;
      for (const init of [INIT - 31, INIT - 29]) {
        const run = { dataset: 'demo', init, leadHours: 24, createdAt: '2025-02-18T18:06:00.000Z', models: MODELS };
        await runs.publish(run, forecastsOf(init));
      }
      await verifyRuns({ observations, runs, scores, dataset: 'demo' });
      return service;
    };
    const PERIOD = `start=${formatHour(INIT - 29)}&end=${formatHour(INIT - 29)}`;
    const WORLD = 'bounding_box=-90,-180,90,180';

    test('is that of all of them where all are asked for, and by station besides', async () => {
      const { get } = await startVerified();
      const [all, world] = [await get(`/v1/verification?${PERIOD}`), await get(`/v1/verification?${PERIOD}&${WORLD}`)];
      expect([world.body.runs, world.body.stations]).toEqual([1, 3]);
      const persistence = all.body.models[1].variables.temperature_2m;
      // It holds the temperature, which climbs a sixteenth of a degree an hour.
      expect(persistence.mse).toBeGreaterThan(0.1);
      for (const [index, { variables }] of world.body.models.entries()) {
        for (const [name, { by_station, ...pooled }] of Object.entries<Record<string, unknown>>(variables)) {
          expect(pooled).toEqual(all.body.models[index].variables[name]);
          expect((by_station as { station: string[] }).station).toEqual(['amsterdam', 'sao-paulo', 'suva']);
        }
      }
      expect(world.body.models[1].variables.temperature_2m.by_station.mae).toEqual([0.7813, 0.7813, 0.7813]);
    });

    test('is of these stations, models and runs alone, as far as runs are kept', async () => {
      const { get, context } = await startVerified();
      const ask = (more = '') => get(`/v1/verification?station=suva,amsterdam${more}`);
      const { body } = await ask('&models=persistence&last_runs=1');
      expect([body.runs, body.first, body.stations]).toEqual([1, formatHour(INIT - 29), 2]);
      expect(body.models.map(({ model }: { model: string }) => model)).toEqual(['persistence']);
      const { count, by_station } = body.models[0].variables.temperature_2m;
      expect([count, by_station.station, by_station.count]).toEqual([48, ['suva', 'amsterdam'], [24, 24]]);
      expect((await ask()).body.runs).toBe(2);
      await context.runs.remove('demo', INIT - 31);
      expect((await ask()).body.runs).toBe(1);
      // The score store goes on knowing it.
      expect((await get('/v1/verification')).body.runs).toBe(3);
      await context.runs.remove('demo', INIT - 29);
      expect((await ask()).body).toMatchObject({ runs: 0, first: null, models: [] });
    });

    test('follows the observations: what comes late counts at once', async () => {
      const { get, context } = await startVerified();
      const path = `/v1/verification?station=amsterdam&models=demo&${PERIOD}`;
      expect((await get(path)).body.models[0].variables.temperature_2m.mse).toBe(0);
      const warmer = observed(INIT - 20, 1);
      for (const name of ['temperature_2m'] as const) warmer.variables[name]!.values.fill(20);
      await context.observations.merge('demo', warmer, { source: 'later' });
      expect((await get(path)).body.models[0].variables.temperature_2m.mse).toBeGreaterThan(1);
    });

    test('is nothing for a station that is not there', async () => {
      const { get } = await startVerified();
      expect(await get('/v1/verification?station=nowhere')).toMatchObject({
        status: 404,
        body: { parameter: 'station' },
      });
      expect(await get(`/v1/verification?station=suva&${WORLD}`)).toMatchObject({
        status: 400,
        body: { parameter: 'bounding_box' },
      });
    });
  });

  test('is empty as long as no run is over', async () => {
    const { get, context } = await startEmpty();
    await context.observations.merge('demo', observed(INIT, 1), { source: 's' });
    expect((await get('/v1/verification')).body).toEqual({
      dataset: 'demo',
      runs: 0,
      first: null,
      last: null,
      models: [],
    });
  });
});

test('/v1/models tells the models at hand and those of the newest run', async () => {
  const { get } = await startFilled();
  expect((await get('/v1/models')).body).toEqual({
    dataset: 'demo',
    engine: { name: 'ONNX Runtime 1.30.0', device: 'cpu', why: 'the CUDA provider of ONNX Runtime is not installed' },
    models: [
      {
        id: 'demo',
        name: 'UniRepLKNet, small',
        kind: 'network',
        weights_sha256: 'ab'.repeat(32),
        created_at: '2025-01-01T00:00:00Z',
        architecture: null,
        training: { dataset: 'sample' },
        scores: { temperature_2m: { unit: '°C', mse: 0.375, skill_persistence: 0.9375 } },
        in_latest_run: true,
      },
      {
        id: 'persistence',
        name: 'Persistence',
        kind: 'baseline',
        weights_sha256: null,
        created_at: null,
        architecture: null,
        training: null,
        scores: { temperature_2m: { unit: '°C', mse: 6, skill_persistence: 0 } },
        in_latest_run: true,
      },
    ],
  });
});

describe('/health', () => {
  test('live whenever the process answers', async () => {
    const { get } = await startEmpty();
    expect(await get('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
  });

  test('ready when there is a run, and it was not made more than two intervals between runs ago', async () => {
    // It was made six minutes after its hour.
    const { get } = await startFilled({ now: (INIT + 12.1) * 3_600_000 });
    expect(await get('/health/ready')).toMatchObject({ status: 200, body: { latest_run: '2025-02-20T00:00Z' } });
    const late = await startFilled({ now: (INIT + 12.1) * 3_600_000 + 1 });
    const { status, body } = await late.get('/health/ready');
    expect([status, body.code]).toEqual([503, 'NOT_READY']);
    expect(body.detail).toBe('the newest run, of 2025-02-20T00:00Z, was made 12 h ago');
    const { get: getEmpty } = await startEmpty();
    expect((await getEmpty('/health/ready')).body.detail).toBe("the dataset 'demo' has no run yet");
  });

  test.each([
    ['ready though observations come late, as long as runs do not', INIT + 20, 200, undefined],
    ['not ready when all hours of the newest run are over', INIT + 30.5, 503, 'has no hour to come'],
  ])('%s', async (_, now, expected, detail) => {
    const { get, context } = await startFilled({ now: now * 3_600_000 });
    const createdAt = new Date((now - 1) * 3_600_000).toISOString();
    const run = { dataset: 'demo', init: INIT + 6, leadHours: 24, createdAt, models: MODELS };
    await context.runs.publish(run, forecastsOf(INIT + 6));
    const { status, body } = await get('/health/ready');
    expect([status, body.detail]).toEqual([expected, detail && expect.stringContaining(detail)]);
  });
});

test('a damaged forecast is 503, without a word about the machine; the log says it all', async () => {
  const { get, root, logged } = await startFilled();
  const folder = join(root, 'runs', 'demo', '2025-02-20T00Z');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.arrow'))) {
    writeFileSync(join(folder, name), 'x');
  }
  const { status, body } = await get('/v1/forecast?station=amsterdam');
  expect([status, body.code, body.detail]).toEqual([503, 'STORE_CORRUPT', 'A part of the store is damaged.']);
  expect(JSON.stringify(body)).not.toContain(root);
  expect(logged.join()).toContain(root);
});
