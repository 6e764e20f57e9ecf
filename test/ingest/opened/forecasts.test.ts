import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readFile } from '../../../ingest/hourly/read-hours.ts';
import { forecastsIn } from '../../../ingest/opened/forecasts.ts';
import { formatHour } from '../../../src/domain/time.ts';
import { station } from '../support.ts';

const cases = join(import.meta.dirname, '../../fixtures/cases/ingest');
const HOUR = 3_600_000;

it('the runs of a file in time and step, and one of them as hours', async () => {
  const found = await forecastsIn(join(cases, 'fc_2d.nc'));
  expect(found!.members).toEqual([]);
  expect(found!.runs).toHaveLength(2);
  const [, later] = found!.runs;
  expect(later.times).toHaveLength(3);
  const stations = [station('a', 49, 1)];
  const blocks = [];
  for await (const block of readFile(join(cases, 'fc_2d.nc'), { stations, reference: later.reference }))
    blocks.push(block);
  expect(formatHour(blocks[0].from)).toBe(formatHour(later.times[0] / HOUR));
  expect(blocks[0].hours).toBe((later.times[2] - later.times[0]) / HOUR + 1);
});

it('an analysis has none', async () => {
  expect(await forecastsIn(join(cases, 'lapse.nc'))).toBeUndefined();
});
