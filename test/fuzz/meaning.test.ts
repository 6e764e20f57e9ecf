/**
 * One known field, written in many legal ways, always reads as the same values; ways that leave its meaning open are always refused.
 * `KERNELCAST_MEANING` is the number of legal ways (200); there are a quarter as many of the others. `.ci/run` has 2,000 and 500.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { encodeNetcdf } from '../../ingest/formats/netcdf-classic/writer.ts';
import { readFile } from '../../ingest/hourly/read-hours.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { station } from '../ingest/support.ts';
import { ambiguous, HOURS, legal, truth, type Written } from './meaning-files.ts';

const WAYS = Number(process.env.KERNELCAST_MEANING ?? 200);
const FIRST_HOUR = Date.UTC(2024, 2, 1) / 3_600_000;
const PLACES = [
  [0, 0],
  [-10, 20],
  [12.5, -15],
  [20, -20],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'kernelcast-meaning-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read({ file }: Written): Promise<Map<number, number[]>> {
  const path = join(folder, 'field.nc');
  writeFileSync(path, encodeNetcdf(file));
  const stations = PLACES.map(([latitude, longitude], i) => station(`s${i}`, latitude, longitude));
  const found = new Map<number, number[]>();
  for await (const block of readFile(path, { stations })) {
    for (let hour = 0; hour < block.hours; hour++) {
      const { values } = block.variables.temperature_2m!;
      found.set(block.from + hour, Array.from(values.subarray(hour * PLACES.length, (hour + 1) * PLACES.length)));
    }
  }
  return found;
}

it('legal ways to write a field read as the same values', async () => {
  const ways = new Map<string, number>();
  for (let i = 0; i < WAYS; i++) {
    const written = legal(seededRandom(`legal ${i}`).uniform);
    const found = await read(written).catch((cause) => {
      throw new Error(`legal ${i} (${written.way})`, { cause });
    });
    expect([...found.keys()], `legal ${i} (${written.way})`).toEqual(HOURS.map((hour) => FIRST_HOUR + hour));
    for (const [hour, values] of found) {
      for (const [s, [latitude, longitude]] of PLACES.entries()) {
        const off = Math.abs(values[s] - truth(hour - FIRST_HOUR, latitude, longitude));
        expect(off, `legal ${i} (${written.way})`).toBeLessThanOrEqual(written.tolerance);
      }
    }
    const [shape] = written.way.split(';');
    ways.set(shape, (ways.get(shape) ?? 0) + 1);
  }
  console.log(`${WAYS} legal ways: the same values in all. ${JSON.stringify(Object.fromEntries(ways))}`);
});

it('what leaves the meaning open is refused', async () => {
  const refused = new Map<string, number>();
  for (let i = 0; i < WAYS / 4; i++) {
    const written = ambiguous(seededRandom(`ambiguous ${i}`).uniform);
    const outcome = await read(written).catch((error: unknown) => error);
    if (!isKernelcastError(outcome)) throw new Error(`ambiguous ${i} (${written.way}) was read`, { cause: outcome });
    const [what] = written.way.split(';');
    refused.set(what, (refused.get(what) ?? 0) + 1);
  }
  console.log(`${Math.floor(WAYS / 4)} ambiguous ways: all refused. ${JSON.stringify(Object.fromEntries(refused))}`);
});
