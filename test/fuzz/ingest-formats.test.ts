/**
 * Damaged files of every format: always a typed error or data, never a crash, a hang, a gigabyte, or values from a chunk whose
 * checksum or packing is broken. The mutations come from a seed: a failure tells the one that it was of.
 *
 * `KERNELCAST_FUZZ_TIMES` multiplies their number, which is 2,000 with ecCodes installed.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isText } from '../../ingest/formats/data-file.ts';
import { openDataFile } from '../../ingest/formats/open.ts';
import { readFile } from '../../ingest/hourly/read-hours.ts';
import { seededRandom } from '../../src/domain/random.ts';
import { isKernelcastError } from '../../src/errors.ts';
import { station } from '../ingest/support.ts';
import { type Kind, mutate } from './mutations.ts';
import {
  CHECKED,
  classicFile,
  gribFile,
  netcdf4File,
  VALUES,
  wideFile,
  withEccodes,
  ZARR,
  zarrZip,
} from './subjects.ts';

const SEED = '2024';
const TIMES = Number(process.env.KERNELCAST_FUZZ_TIMES ?? 1);
const MOST_MS = 10_000;
const MOST_BYTES = 1024 ** 3;

/** Codes that a damaged file may be refused with; anything else is a mistake of the program. */
const CODES = ['FORMAT', 'CONVENTIONS', 'VARIABLE_MISSING', 'UNIT', 'OUTSIDE_GRID', 'STATIONS', 'NOT_FOUND', 'USAGE'];

const folder = mkdtempSync(join(tmpdir(), 'kernelcast-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stations = [station('a', 47, 12)];

/** All that ingest and inspect do with a file. */
async function readAll(path: string): Promise<{ t2m: number[] | undefined }> {
  const grid = await openDataFile(path);
  let t2m: number[] | undefined;
  try {
    for (const variable of grid.variables.values()) {
      if (isText(variable)) await grid.readTexts(variable, variable.shape[0] ?? 1);
      else {
        const values = await grid.read(
          variable,
          variable.shape.map(() => 0),
          variable.shape,
        );
        if (variable.name === 't2m') t2m = Array.from(values);
      }
    }
  } finally {
    await grid.close();
  }
  for await (const block of readFile(path, { stations })) expect(block.hours).toBeGreaterThan(0);
  return { t2m };
}

interface Tally {
  read: number;
  refused: number;
  slowestMs: number;
  kinds: Partial<Record<Kind, number>>;
}

/**
 * @param write puts the damaged bytes where they are read from, and tells that place
 * @param checked whether all values stand behind a checksum that is not itself damaged
 */
async function survive(
  subject: string,
  count: number,
  original: (index: number) => { bytes: Uint8Array; write: (bytes: Uint8Array) => string; checked: boolean },
): Promise<Tally> {
  const tally: Tally = { read: 0, refused: 0, slowestMs: 0, kinds: {} };
  for (let index = 0; index < count * TIMES; index++) {
    const seed = `${SEED} ${subject} ${index}`;
    const { bytes, write, checked } = original(index);
    const mutation = mutate(bytes, seed);
    const path = write(mutation.bytes);
    const begun = performance.now();
    const outcome = await readAll(path).catch((error: unknown) => error);
    const took = performance.now() - begun;
    tally.slowestMs = Math.max(tally.slowestMs, took);
    tally.kinds[mutation.kind] = (tally.kinds[mutation.kind] ?? 0) + 1;
    expect.soft(took, `${seed} (${mutation.kind})`).toBeLessThan(MOST_MS);
    if (outcome !== null && typeof outcome === 'object' && 't2m' in outcome) {
      tally.read++;
      if (checked && outcome.t2m) expect(outcome.t2m, seed).toEqual(VALUES);
    } else {
      tally.refused++;
      if (!isKernelcastError(outcome)) throw new Error(`${seed} (${mutation.kind})`, { cause: outcome });
      expect(CODES, `${seed}: ${outcome.code}: ${outcome.message}`).toContain(outcome.code);
    }
  }
  return tally;
}

/** One file, damaged again and again. */
function oneFile(bytes: Uint8Array, checked = false) {
  const path = join(folder, 'damaged');
  return () => ({
    bytes,
    checked,
    write: (damaged: Uint8Array) => {
      writeFileSync(path, damaged);
      return path;
    },
  });
}

function report(subject: string, tally: Tally): void {
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${subject}: ${JSON.stringify({ ...tally, slowestMs: Math.round(tally.slowestMs) })}, peak ${memory} MiB`,
  );
  expect(tally.refused).toBeGreaterThan(0);
}

describe('files that something happened to', () => {
  let atRest = 0;
  beforeAll(() => {
    atRest = process.memoryUsage().rss;
  });
  afterAll(() => {
    expect(process.resourceUsage().maxRSS * 1024 - atRest).toBeLessThan(MOST_BYTES);
  });

  it.each([
    ['NetCDF classic', classicFile, 320],
    ['CDF-5', wideFile, 280],
  ] as const)('%s', async (subject, make, count) => {
    report(subject, await survive(subject, count, oneFile(make())));
  });

  it('NetCDF-4', async () => {
    report('NetCDF-4', await survive('NetCDF-4', 160, oneFile(await netcdf4File(join(folder, 'whole.nc')))));
  });

  it('NetCDF-4 in all its filters', async () => {
    const whole = readFileSync(join(import.meta.dirname, '../fixtures/xarray/filters.nc'));
    report('NetCDF-4 filters', await survive('NetCDF-4 filters', 20, oneFile(whole)));
  });

  it('NetCDF-4, in its packed chunks: the values, or an error', async () => {
    const whole = Buffer.from(await netcdf4File(join(folder, 'whole.nc')));
    const streams = [...whole.keys()].filter((at) => whole[at] === 0x78 && whole[at + 1] === 0x5e);
    expect(streams.length).toBeGreaterThanOrEqual(12);
    const { uniform } = seededRandom('streams');
    const tally = await survive('NetCDF-4 chunks', 60, () => ({
      bytes: Uint8Array.of(whole[0]),
      checked: true,
      write: () => {
        const damaged = Buffer.from(whole);
        const at = streams[Math.floor(uniform() * streams.length)] + 2 + Math.floor(uniform() * 40);
        damaged[at] ^= 1 << Math.floor(uniform() * 8);
        const path = join(folder, 'damaged');
        writeFileSync(path, damaged);
        return path;
      },
    }));
    report('NetCDF-4 chunks', tally);
  });

  it.each(Object.keys(ZARR))('%s: one of its files', async (subject) => {
    const files = await ZARR[subject]();
    const keys = [...files.keys()].sort();
    const { uniform } = seededRandom(subject);
    let round = 0;
    const tally = await survive(subject, 165, () => {
      const key = keys[Math.floor(uniform() * keys.length)];
      return {
        bytes: files.get(key)!,
        // A damaged description may say that there is no checksum, and other values.
        checked: CHECKED.includes(subject) && !/\.z|zarr\.json/.test(key),
        write: (damaged) => {
          const store = join(folder, `${++round}.zarr`);
          for (const [other, bytes] of files) {
            mkdirSync(dirname(join(store, other)), { recursive: true });
            writeFileSync(join(store, other), other === key ? damaged : bytes);
          }
          return store;
        },
      };
    });
    report(subject, tally);
  });

  it('Zarr in a zip file', async () => {
    report('zip', await survive('zip', 235, oneFile(await zarrZip())));
  });

  it.skipIf(!withEccodes).each([1, 2] as const)('GRIB %d (needs libeccodes-tools)', async (edition) => {
    report(`GRIB ${edition}`, await survive(`GRIB ${edition}`, 50, oneFile(gribFile(edition, folder))));
  });
});
