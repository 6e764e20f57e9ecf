/** `kernelcast evaluate --pairs FILE`: forecasts of numerical models, judged sequentially beside their correction and blend. */
import { readPairedForecasts } from '../../../ingest/tables/paired-forecasts.ts';
import { sequentialPairs } from '../../../models/evaluation/sequential-pairs.ts';
import { formatHour, type Hour } from '../../domain/time.ts';
import { fixed, layOut, percent } from './tables.ts';

interface PairsOptions {
  pairs: string;
  lead: number;
  from?: Hour;
  to?: Hour;
  json?: boolean;
}

export async function evaluatePairs({ pairs: file, lead, from, to, json }: PairsOptions): Promise<void> {
  const pairs = await readPairedForecasts(file);
  const first = from ?? pairs.times[0];
  const end = to ?? pairs.times[pairs.times.length - 1] + 1;
  const scores = sequentialPairs({ pairs, leadHours: lead, from: first, to: end });
  const span = { from: formatHour(first), to: formatHour(end - 1), leadHours: lead };
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...span, models: scores })}\n`);
    return;
  }
  process.stdout.write(
    `${file}, valid ${span.from} to ${span.to}, ${lead} hours ahead, each learned from what was known\n\n`,
  );
  const header = ['method', 'MSE', 'MAE', 'CRPS', 'in 80 %', 'targets'];
  const lines = scores.map(({ name, mse, mae, crps, coverage80, count }) => {
    return [name, fixed(mse), fixed(mae), fixed(crps), percent(coverage80), String(count)];
  });
  process.stdout.write(layOut(header, lines, 1));
}
