import { expect, test } from 'vitest';
import { verifyRuns } from '../../../models/evaluation/verification.ts';
import { alignStations } from '../../../src/domain/align-stations.ts';
import { sliceSeries } from '../../../src/domain/series.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { RunStore } from '../../../src/store/runs/runs.ts';
import { ScoreStore } from '../../../src/store/scores/scores.ts';
import { temporaryFolder } from '../../store/support.ts';
import { testSeries, testStations } from '../synthetic-series.ts';

test('a run is judged by its own stations, also when the dataset has got others since', async () => {
  const root = temporaryFolder();
  const [observations, runs, scores] = [new ObservationStore(root), new RunStore(root), new ScoreStore(root)];
  const init = parseHour('2025-02-20T00:00Z');
  // Each station has a temperature of its own, and the forecast is right.
  const truth = (count: number) =>
    testSeries({
      stations: testStations(count),
      from: init - 1,
      hours: 26,
      values: { temperature_2m: (_hour: number, station: number) => 10 * station },
    });
  const model = { id: 'right', name: 'Right', kind: 'baseline', weightsSha256: null } as const;
  const forecast = alignStations(sliceSeries(truth(5), init + 1, init + 25), testStations(3).toReversed());
  const run = { dataset: 'd', init, leadHours: 24, createdAt: '2025-02-20T00:06:00Z', models: [model] };
  await runs.publish(run, new Map([['right', forecast]]));
  await observations.merge('d', truth(5), { source: 's' });

  expect(await verifyRuns({ observations, runs, scores, dataset: 'd' })).toEqual([init]);
  const rows = await scores.read('d', init);
  expect(rows.map(({ count, sumSquaredError }) => [count, sumSquaredError])).toEqual(Array(24).fill([3, 0]));
});
