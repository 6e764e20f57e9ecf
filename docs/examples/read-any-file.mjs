/** Hourly series from any file that Kernelcast reads: `node docs/examples/read-any-file.mjs [FILE]`. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatHour, openStationSeries } from 'kernelcast/ingest';

const [file = await smallTable()] = process.argv.slice(2);
const opened = await openStationSeries(file);
const { stations, from, hours, variables } = await opened.read(opened.from, opened.to);
console.log(`${stations.length} stations, ${hours} hours from ${formatHour(from)}`);
for (const [name, { values }] of Object.entries(variables)) {
  const present = values.filter((value) => !Number.isNaN(value));
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
  console.log(`${name}: ${present.length} values, mean ${mean.toFixed(2)}`);
}
await opened.close();

async function smallTable() {
  const rows = Array.from({ length: 48 }, (_, hour) => {
    const time = new Date(Date.UTC(2024, 0, 1, hour)).toISOString();
    return `harbour,52.5,4.6,${time},${(5 + 3 * Math.sin(hour / 4)).toFixed(1)}`;
  });
  const path = join(await mkdtemp(join(tmpdir(), 'kernelcast-example-')), 'harbour.csv');
  await writeFile(path, `station,latitude,longitude,time,temperature_2m (°C)\n${rows.join('\n')}\n`);
  return path;
}
