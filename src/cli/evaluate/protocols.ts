/**
 * `kernelcast evaluate --protocol corrformer|weather-5k`: the public evaluations of published data sets, to the letter of their
 * code, so that whoever has the data gets figures to lay beside the papers'.
 *
 * - corrformer (thuml/Corrformer): all windows of 48 + 24 hours of the test file, in raw units, no scaler; means of squared and
 *   absolute errors over all windows, hours and stations. The data are in tenths: the papers' tables are in units, and so are these.
 * - weather-5k (taohan10200/WEATHER-5K): all windows of 48 + 24, 72, 120 and 168 hours of 2023; errors in units after the scaler has
 *   been undone (so that it cancels), the direction's as a plain difference of degrees; overall is the plain mean of the five.
 */
import type { Series } from '../../domain/series.ts';
import { FLAG } from '../../domain/series.ts';
import { parseHour } from '../../domain/time.ts';
import { KernelcastError } from '../../errors.ts';
import { startProgress } from '../support/progress.ts';

export const PROTOCOLS = ['corrformer', 'weather-5k'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface ProtocolOptions {
  folder: string;
  /** Of models of one's own. */
  artefacts?: readonly string[];
  json?: boolean;
}

/** One line of the result: errors of a model at a horizon, in units. */
interface Line {
  model: string;
  horizon: number;
  windows: number;
  mae: Record<string, number>;
  mse: Record<string, number>;
}

const SEEN_HOURS = 48;
const HORIZONS = [24, 72, 120, 168] as const;

export async function runProtocol(protocol: Protocol, options: ProtocolOptions): Promise<void> {
  const lines = protocol === 'corrformer' ? await corrformer(options) : await weather5k(options);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ protocol, folder: options.folder, results: lines })}\n`);
    return;
  }
  const names = [...new Set(lines.flatMap(({ mae }) => Object.keys(mae)))];
  const cells = (line: Line) =>
    names.flatMap((name) => [line.mae[name], line.mse[name]].map((value) => value?.toFixed(3) ?? '-'));
  const rows = lines.map((line) => [line.model, `${line.horizon} h`, String(line.windows), ...cells(line)]);
  const head = ['model', 'lead', 'windows', ...names.flatMap((name) => [`${name} MAE`, `${name} MSE`])];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  for (const row of [head, ...rows]) {
    process.stdout.write(
      `${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}\n`,
    );
  }
}

async function corrformer({ folder, artefacts }: ProtocolOptions): Promise<Line[]> {
  const { openCorrformerData } = await import('../../../ingest/benchmarks/corrformer.ts');
  return scored(await openCorrformerData(folder, 'test'), artefacts);
}

async function weather5k({ folder, artefacts }: ProtocolOptions): Promise<Line[]> {
  const [{ readWeather5k, WEATHER_5K_TEST, WEATHER_5K_VARIABLES }, windows] = await Promise.all([
    import('../../../ingest/benchmarks/weather-5k.ts'),
    import('../../../models/evaluation/window-errors.ts'),
  ]);
  const [from, to] = [parseHour(WEATHER_5K_TEST.from), parseHour(WEATHER_5K_TEST.to)];
  const rules = Object.keys(windows.RULES) as (keyof typeof windows.RULES)[];
  const runs = HORIZONS.flatMap((horizon) =>
    rules.map((rule) => ({ rule, horizon, sums: windows.noWindows(WEATHER_5K_VARIABLES.length) })),
  );
  const stations = [];
  for await (const station of readWeather5k(folder, from, to)) {
    for (const { rule, horizon, sums } of runs)
      windows.addWindows(sums, station.values, rule, { seen: SEEN_HOURS, horizon });
    if (artefacts) stations.push(station);
  }
  const lines = runs
    .filter(({ sums }) => sums.windows > 0)
    .map(({ rule, horizon, sums }) => {
      const { mae, mse, overall } = windows.meanErrors(sums);
      const named = (values: number[]) => Object.fromEntries(WEATHER_5K_VARIABLES.map((name, i) => [name, values[i]]));
      return {
        model: rule,
        horizon,
        windows: sums.windows,
        mae: { ...named(mae), overall: overall.mae },
        mse: { ...named(mse), overall: overall.mse },
      };
    });
  if (lines.length === 0) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'there are not 72 hours of 2023 in the data', { where: { folder } });
  }
  if (!artefacts) return lines;
  // Our forecasters say temperature and wind, 24 hours of it.
  const networks = await scored(seriesOf(stations), artefacts);
  const names = { temperature_2m: 'TMP', wind_speed_10m: 'WND_RATE' } as const;
  const renamed = (values: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(names).flatMap(([ours, theirs]) => (ours in values ? [[theirs, values[ours]]] : [])),
    );
  const own = networks.filter(({ model }) => !lines.some((line) => line.model === model));
  return [...lines, ...own.map((line) => ({ ...line, mae: renamed(line.mae), mse: renamed(line.mse) }))];
}

/** All of our models on a series, from the first window that fits to the last. */
async function scored(observations: Series, artefacts: readonly string[] | undefined): Promise<Line[]> {
  const [{ evaluate }, { openEvaluatedModels }] = await Promise.all([
    import('../../../models/evaluation/evaluate.ts'),
    import('../../../models/serving/registry.ts'),
  ]);
  const [from, to] = [observations.from + SEEN_HOURS, observations.from + observations.hours];
  const progress = startProgress('evaluating');
  const models = await openEvaluatedModels(observations, from, { artefacts });
  const evaluation = await evaluate({ observations, models, from, to, onProgress: progress.update }).finally(
    progress.stop,
  );
  return evaluation.models.map(({ model, variables }) => {
    const of = (score: 'mae' | 'mse') =>
      Object.fromEntries(
        Object.entries(variables).flatMap(([name, report]) => (report?.[score] == null ? [] : [[name, report[score]]])),
      );
    return {
      model,
      horizon: 24,
      windows: evaluation.windows * observations.stations.length,
      mae: of('mae'),
      mse: of('mse'),
    };
  });
}

/** Temperature and wind of WEATHER-5K as our forecasters read them. */
function seriesOf(
  stations: readonly {
    id: string;
    latitude: number;
    longitude: number;
    from: number;
    hours: number;
    values: Float64Array;
  }[],
): Series {
  const hours = Math.min(...stations.map((station) => station.hours));
  const width = stations[0].values.length / stations[0].hours;
  const variable = (column: number) => {
    const values = new Float32Array(hours * stations.length);
    for (const [s, station] of stations.entries()) {
      for (let hour = 0; hour < hours; hour++)
        values[hour * stations.length + s] = station.values[hour * width + column];
    }
    return { values, flags: Uint8Array.from(values, (value) => (Number.isNaN(value) ? FLAG.MISSING : FLAG.OBSERVED)) };
  };
  return {
    stations: stations.map(({ id, latitude, longitude }) => ({
      id,
      name: id,
      country: '',
      latitude,
      longitude,
      elevation: null,
    })),
    from: stations[0].from,
    hours,
    variables: { temperature_2m: variable(0), wind_speed_10m: variable(3) },
  };
}
