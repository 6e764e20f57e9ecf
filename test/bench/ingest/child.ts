/** All times of a file at points, in a process of its own: `child.ts FILE POINTS.csv [OUT.f32]`; OUT holds [time, point]. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { hoursOf, slabs } from '../../../ingest/hourly/read-hours.ts';
import { openFile } from '../../../ingest/opened/open-file.ts';

const [file, points, out] = process.argv.slice(2);
const stations = readFileSync(points, 'utf8')
  .trim()
  .split('\n')
  .map((line, index) => {
    const [latitude, longitude] = line.split(',').map(Number);
    return { id: `p${index}`, name: '', country: '', latitude, longitude, elevation: null };
  });
const kept: Float32Array[] = [];

// What is loaded at the first use (the HDF5 library, in its thread) is not counted, here or there.
await (await openFile(file, { stations: stations.slice(0, 1) })).close();

const [start, cpu] = [performance.now(), process.cpuUsage()];
const source = await openFile(file, { stations });
let times = 0;
for await (const { hours, variables } of slabs(source, hoursOf(file, source))) {
  times += hours.length;
  if (out !== undefined) kept.push(variables.temperature_2m!.values);
}
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
const peakRssMB = (process.resourceUsage().maxRSS * 1024) / 1e6;
await source.close();

if (out !== undefined) {
  const target = openSync(out, 'w');
  for (const values of kept) writeSync(target, values);
  closeSync(target);
}
process.stdout.write(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakRssMB, times }));
