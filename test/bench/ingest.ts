/**
 * `npm run bench -- ingest [--megabytes 200] [--times-longer 10] [--runs 3] [--python python3]`: all times of a grid at 3,850
 * points, bilinear, from NetCDF classic and from NetCDF-4 (chunked, shuffled and deflated), beside xarray doing the same; then
 * from a file so many times as long. Seconds count from opening the file to the last value, with the libraries loaded;
 * processes take turns, each has the peak memory of its own. Python needs xarray, netCDF4 and scipy.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { report, summarise } from './measure.ts';

const POINTS = 3850;

interface Outcome {
  seconds: number;
  cpuSeconds: number;
  peakRssMB: number;
  times: number;
}

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      megabytes: { type: 'string', default: '200' },
      'times-longer': { type: 'string', default: '10' },
      runs: { type: 'string', default: '3' },
      python: { type: 'string', default: 'python3' },
    },
  });
  const [megabytes, longer, runs] = [values.megabytes, values['times-longer'], values.runs].map(Number);
  // Beside the package: the folder for temporary files may not be on a disk.
  const root = await mkdtemp(join(process.cwd(), '.bench-'));
  const python = (...rest: string[]) =>
    child(values.python, [join(import.meta.dirname, 'ingest/xarray-points.py'), ...rest]);
  const own = (...rest: string[]) =>
    child(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'ingest/child.ts'), ...rest]);
  try {
    for (const format of ['classic', 'netcdf4']) {
      const [file, points] = [join(root, `${format}.nc`), join(root, 'points.csv')];
      await python('write', format, file, points, String(megabytes), String(POINTS));
      const outcomes: Record<'kernelcast' | 'xarray', Outcome[]> = { kernelcast: [], xarray: [] };
      let difference = 0;
      for (let i = 0; i < runs; i++) {
        const [ours, theirs] = [join(root, 'ours.f32'), join(root, 'theirs.f32')];
        outcomes.kernelcast.push(await own(file, points, ours));
        outcomes.xarray.push(await python('read', file, points, theirs));
        difference = Math.max(difference, (await python('compare', ours, theirs)).difference);
      }
      const median = (who: keyof typeof outcomes, key: keyof Outcome) =>
        Number(summarise(outcomes[who].map((one) => one[key])).median.toFixed(3));
      const seconds = median('kernelcast', 'seconds');
      const fileMB = Math.round((await stat(file)).size / 1e6);
      report({
        bench: 'ingest',
        format,
        points: POINTS,
        times: outcomes.kernelcast[0].times,
        megabytes,
        fileMB,
        seconds,
        xarraySeconds: median('xarray', 'seconds'),
        ratio: Number((seconds / median('xarray', 'seconds')).toFixed(2)),
        cpuSeconds: median('kernelcast', 'cpuSeconds'),
        xarrayCpuSeconds: median('xarray', 'cpuSeconds'),
        peakRssMB: median('kernelcast', 'peakRssMB'),
        xarrayPeakRssMB: median('xarray', 'peakRssMB'),
        largestDifferenceK: difference,
        runs,
        load: Number(loadavg()[0].toFixed(1)),
      });
      await rm(file);
      if (longer <= 1) continue;
      await python('write', format, file, points, String(megabytes * longer), String(POINTS));
      const long = await own(file, points);
      await rm(file);
      report({
        bench: 'ingest',
        format,
        what: `${longer} times as long`,
        times: long.times,
        seconds: Number(long.seconds.toFixed(3)),
        timesAsLong: Number((long.seconds / seconds).toFixed(2)),
        peakRssMB: Math.round(long.peakRssMB),
        load: Number(loadavg()[0].toFixed(1)),
      });
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function child(command: string, args: string[]): Promise<Outcome & { difference: number }> {
  const { stdout } = await promisify(execFile)(command, args);
  return JSON.parse(stdout || '{}');
}
