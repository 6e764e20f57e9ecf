/**
 * `npm run bench -- store [STATIONS] [HOURS]`: the observation store with 600 stations, 60 days and four variables: the first merge,
 * one more hour into a full month, reading from disk and from memory; milliseconds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../../src/domain/random.ts';
import { emptyVariable, FLAG, type Series } from '../../src/domain/series.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { nodeFiles } from '../../src/store/disk/files.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { report, summarise } from './measure.ts';

const VARIABLES: VariableName[] = ['temperature_2m', 'wind_u_component_10m', 'wind_v_component_10m', 'wind_speed_10m'];
const FROM = Date.UTC(2024, 0, 1) / 3_600_000;
const RUNS = 10;

export async function run([stations = '600', hours = '1440']: string[]): Promise<void> {
  // Beside the package: the folder for temporary files may not be on a disk.
  const root = await mkdtemp(join(process.cwd(), '.bench-'));
  try {
    const size = { stations: Number(stations), hours: Number(hours), variables: VARIABLES.length };
    const counted = countingFiles();
    const writer = new ObservationStore(root, { files: counted.files });
    const first = await time(() => writer.merge('bench', random(FROM, size.hours, size.stations), { source: 'bench' }));
    report({ bench: 'store', what: 'first merge', ...size, ms: first });

    const before = counted.bytes;
    const hour = await repeat((i) =>
      writer.merge('bench', random(FROM + 700 + i, 1, size.stations), { source: 'bench' }),
    );
    const written = Math.round((counted.bytes - before) / RUNS);
    report({ bench: 'store', what: 'one hour into a full month', ...size, ms: hour, bytesWritten: written });
    report({
      bench: 'store',
      what: 'read all from disk',
      ...size,
      ms: await repeat(() => new ObservationStore(root).read('bench')),
    });
    report({ bench: 'store', what: 'read all from memory', ...size, ms: await repeat(() => writer.read('bench')) });
    const window = () => writer.read('bench', FROM + 600, FROM + 648);
    report({ bench: 'store', what: 'read 48 hours from memory', ...size, ms: await repeat(window) });
  } finally {
    await rm(root, { recursive: true });
  }
}

/** The bytes of all files that are written. */
function countingFiles() {
  const counted = { bytes: 0, files: nodeFiles };
  counted.files = {
    ...nodeFiles,
    rename: async (from, to) => {
      const { size, isFile } = await nodeFiles.stat(from).then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
      if (isFile) counted.bytes += size;
      await nodeFiles.rename(from, to);
    },
  };
  return counted;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round((performance.now() - start) * 10) / 10;
}

async function repeat(work: (i: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) times.push(await time(() => work(i)));
  return summarise(times);
}

function random(from: number, hours: number, count: number): Series {
  const { uniform } = seededRandom(`${from}`);
  const stations = Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    name: `Place ${i}`,
    country: '',
    latitude: (i % 180) - 89.5,
    longitude: (i % 360) - 179.5,
    elevation: null,
  }));
  const series: Series = { stations, from, hours, variables: {} };
  for (const name of VARIABLES) {
    const variable = emptyVariable(hours, count);
    for (let i = 0; i < variable.values.length; i++) variable.values[i] = 30 * uniform();
    variable.flags.fill(FLAG.OBSERVED);
    series.variables[name] = variable;
  }
  return series;
}
