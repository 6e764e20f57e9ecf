/**
 * `npm run bench -- window [--network models/pretrained/knmi-30] [--threads 2] [--runs 200] [--at-once 1,64]`: what the forecast of
 * one window of a station set costs, in ms, from the observations to quantiles of every station and lead hour: the median of single
 * windows, and each window's share of many at once. The weather is made up; that changes nothing of the work.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { INPUT_HOURS } from '../../models/forecast-model.ts';
import { STATION_SET_MODEL } from '../../models/serving/registry.ts';
import { openStationSetArtefact } from '../../models/station-set/artefact.ts';
import { openStationSetModel } from '../../models/station-set/station-set-model.ts';
import { parseHour } from '../../src/domain/time.ts';
import { testSeries } from '../models/synthetic-series.ts';
import { report, summarise } from './measure.ts';

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      network: { type: 'string', default: STATION_SET_MODEL },
      threads: { type: 'string', default: '2' },
      runs: { type: 'string', default: '200' },
      'at-once': { type: 'string', default: '1,64' },
    },
  });
  const [threads, runs] = [values.threads, values.runs].map(Number);
  const { stations } = (await openStationSetArtefact(values.network)).manifest;
  const model = await openStationSetModel(values.network, { threads, warm: true });
  const from = parseHour('2024-01-01');
  const observations = testSeries({
    stations,
    from,
    hours: INPUT_HOURS,
    values: {
      temperature_2m: (hour, station) => 5 + 4 * Math.sin((hour + station) / 4),
      wind_u_component_10m: (hour) => 3 * Math.cos(hour / 9),
      wind_v_component_10m: (hour) => 2 * Math.sin(hour / 9),
      wind_speed_10m: (_, station) => 3 + (station % 5),
    },
  });
  const input = { observations, init: from + INPUT_HOURS - 1 };
  for (const atOnce of values['at-once'].split(',').map(Number)) {
    const inputs = Array.from({ length: atOnce }, () => input);
    const times: number[] = [];
    for (let i = 0; i < Math.max(5, Math.ceil(runs / atOnce)); i++) {
      const begun = performance.now();
      await model.forecastMany!(inputs);
      times.push((performance.now() - begun) / atOnce);
    }
    const { median: milliseconds } = summarise(times);
    const load = Number(loadavg()[0].toFixed(1));
    report({ bench: 'window', model: model.id, stations: stations.length, threads, atOnce, milliseconds, load });
  }
  await model.close();
}
