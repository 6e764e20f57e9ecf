import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDataFile } from '../../../ingest/formats/open.ts';
import { readFile } from '../../../ingest/hourly/read-hours.ts';
import type { Series } from '../../../src/domain/series.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { failure, station, temporaryFolder } from '../support.ts';

const folder = temporaryFolder();
const codesInfo = spawnSync('codes_info', ['-s'], { encoding: 'utf8' });
const withTools = codesInfo.status === 0;

/** A field of 3 rows (50, 40, 30 N) and 4 columns (0, 10, 20, 30 E). */
function gribMessage(name: string, settings: Record<string, string | number>, values: number[], edition = 2): Buffer {
  const sample = join(codesInfo.stdout.trim(), `regular_ll_sfc_grib${edition}.tmpl`);
  const grid = {
    Ni: 4,
    Nj: 3,
    latitudeOfFirstGridPointInDegrees: 50,
    latitudeOfLastGridPointInDegrees: 30,
    longitudeOfFirstGridPointInDegrees: 0,
    longitudeOfLastGridPointInDegrees: 30,
    iDirectionIncrementInDegrees: 10,
    jDirectionIncrementInDegrees: 10,
    bitmapPresent: values.includes(9999) ? 1 : 0,
    ...settings,
  };
  const rules = folder.path('make.rules');
  const out = folder.path(`${name}.part`);
  const sets = Object.entries(grid).map(
    ([key, value]) => `set ${key} = ${typeof value === 'string' ? `"${value}"` : value};`,
  );
  writeFileSync(rules, `${sets.join('\n')}\nset values = {${values.join(', ')}};\nwrite "${out}";\n`);
  execFileSync('grib_filter', [rules, sample]);
  return readFileSync(out);
}

const at = (hour: number, shortName = '2t') => ({ dataDate: 20240301, dataTime: hour * 100, shortName });
const plane = (from: number) => Array.from({ length: 12 }, (_, i) => from + i);

async function series(path: string): Promise<Series[]> {
  const blocks: Series[] = [];
  for await (const block of readFile(path, { stations: [station('a', 45, 5), station('b', 30, 30)] }))
    blocks.push(block);
  return blocks;
}

describe.skipIf(!withTools)('GRIB, with the tools of ecCodes installed', () => {
  it.each([1, 2])('edition %d: hours out of order, sampled at stations', async (edition) => {
    const path = folder.path(`order${edition}.grib`);
    const messages = [2, 0, 1].map((hour) => gribMessage('m', at(hour), plane(280 + hour), edition));
    // Between messages there may be padding.
    writeFileSync(path, Buffer.concat([messages[0], Buffer.alloc(18), ...messages.slice(1)]));
    const [block] = await series(path);
    expect(block.from).toBe(parseHour('2024-03-01'));
    expect(Array.from(block.variables.temperature_2m!.values, (value) => Number(value.toFixed(2)))).toEqual(
      [0, 1, 2].flatMap((hour) =>
        [280 + hour + 2.5 - 273.15, 280 + hour + 11 - 273.15].map((v) => Number(v.toFixed(2))),
      ),
    );
  });

  it('a slab is the part of the whole', async () => {
    const path = folder.path('slab.grib');
    writeFileSync(path, Buffer.concat([0, 1, 2].map((hour) => gribMessage('m', at(hour), plane(280 + hour)))));
    const grid = await openDataFile(path);
    const t2m = grid.variables.get('t2m')!;
    expect(t2m).toMatchObject({ shape: [3, 3, 4], dimensions: ['time', 'latitude', 'longitude'] });
    const slab = await grid.read(t2m, [1, 1, 2], [2, 2, 1]);
    expect(Array.from(slab, Math.round)).toEqual([287, 291, 288, 292]);
    await grid.close();
  });

  it('values that a bitmap leaves out are missing', async () => {
    const path = folder.path('bitmap.grib');
    writeFileSync(path, gribMessage('m', at(0), [...plane(280).slice(0, 11), 9999]));
    const grid = await openDataFile(path);
    const t2m = grid.variables.get('t2m')!;
    const values = Array.from(await grid.read(t2m, [0, 0, 0], [1, 3, 4]));
    expect(values.slice(9)).toEqual([289, 290, Number.NaN]);
    await grid.close();
  });

  it('one message with the fields of u and v', async () => {
    const u = gribMessage('u', at(0, '10u'), plane(1));
    const v = gribMessage('v', at(0, '10v'), plane(-20));
    const path = folder.path('multi.grib');
    writeFileSync(path, joined(u, v));
    const [{ variables }] = await series(path);
    expect(variables.wind_u_component_10m!.values[1]).toBeCloseTo(12, 3);
    expect(variables.wind_v_component_10m!.values[1]).toBeCloseTo(-9, 3);
  });

  it('of two forecasts for one hour the later counts, and the temperature of a pressure level is another variable', async () => {
    const path = folder.path('steps.grib');
    const older = { ...at(0), dataDate: 20240229, dataTime: 1800, stepRange: '6' };
    writeFileSync(
      path,
      Buffer.concat([
        gribMessage('m', at(0), plane(280)),
        gribMessage('m', older, plane(300)),
        gribMessage('m', { ...at(0, 't'), typeOfLevel: 'isobaricInhPa', level: 500 }, plane(250)),
      ]),
    );
    const [{ variables, hours }] = await series(path);
    expect(hours).toBe(1);
    expect(variables.temperature_2m!.values[1]).toBeCloseTo(291 - 273.15, 2);
  });

  it('damage anywhere is an error, or leaves the values as they were', async () => {
    const whole = Buffer.concat([0, 1].map((hour) => gribMessage('m', at(hour), plane(280 + hour))));
    const path = folder.path('cut.grib');
    for (const length of [4, 10, 17, 100, whole.length - 200, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      expect([length, (await failure(series(path))).code]).toEqual([length, 'FORMAT']);
    }
    // A section that says it is longer than its message.
    const lying = Buffer.from(whole);
    lying[16] = 0x7f;
    writeFileSync(path, lying);
    expect((await failure(series(path))).code).toBe('FORMAT');
  });
});

describe('GRIB without the tools of ecCodes', () => {
  const path = process.env.PATH;
  afterEach(() => {
    process.env.PATH = path;
  });

  it('names the package that has them', async () => {
    // A whole message of no content: enough to be looked at.
    const message = Buffer.concat([Buffer.from('GRIB\0\0\x20\x01'), Buffer.alloc(20), Buffer.from('7777')]);
    const file = folder.path('some.grib');
    writeFileSync(file, message);
    process.env.PATH = folder.path('nowhere');
    const error = await failure(openDataFile(file));
    expect(error.code).toBe('ENVIRONMENT');
    expect(error.hint).toContain('libeccodes-tools');
  });
});

/** Sections 4 to 7 of a second message after those of the first. */
function joined(first: Buffer, second: Buffer): Buffer {
  let from = 16;
  while (second[from + 4] < 4) from += second.readUInt32BE(from);
  const whole = Buffer.concat([first.subarray(0, -4), second.subarray(from)]);
  whole.writeBigUInt64BE(BigInt(whole.length), 8);
  return whole;
}
