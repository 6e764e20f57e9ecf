/** Sources that misbehave: tried again, then reported, and nothing half-ingested. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeNetcdf } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { ingestSources, type SourcesOptions } from '../../../ingest/sources/ingest-sources.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { ObservationStore } from '../../../src/store/observations/observations.ts';
import { failure, gridFile, range, station, temporaryFolder } from '../support.ts';
import { answer, type Script, serve } from './http/server.ts';

const folder = temporaryFolder();
let count = 0;
let root = '';
let store: ObservationStore;
let waits: number[] = [];

const FROM = parseHour('2024-03-01T06');
const day = (offset: number): Buffer =>
  Buffer.from(
    encodeNetcdf(
      gridFile({
        latitudes: range(0, 30, 10),
        longitudes: range(0, 30, 10),
        hours: range(FROM + offset, FROM + offset + 24, 1),
        variables: { t2m: { attributes: { units: 'degC' }, value: (hour) => hour - FROM } },
      }),
    ),
  );
const BODY = day(0).toString('latin1');

beforeEach(() => {
  root = folder.path(`data-${++count}`);
  store = new ObservationStore(root);
  waits = [];
});

const ingest = (names: string[], options: Partial<SourcesOptions> = {}) =>
  ingestSources(names, {
    dataset: 'test',
    store,
    root,
    stations: [station('a', 12, 12)],
    http: { sleep: async (ms: number) => void waits.push(ms), random: () => 0.5, stallMs: 1000, attempts: 3 },
    ...options,
  });

async function observed(): Promise<string[]> {
  const names = await readdir(join(root, 'observations'), { recursive: true }).catch(() => []);
  const files = names.filter((name) => name.includes('.'));
  return Promise.all(
    files.map(async (name) => `${name} ${await readFile(join(root, 'observations', name), 'latin1')}`),
  );
}

const whole: Script = (_, response) => {
  const body = Buffer.from(BODY, 'latin1');
  response.writeHead(200, { 'content-length': String(body.length), etag: '"a"' }).end(body);
};
const cut =
  (sent: number, how: 'closes' | 'stalls'): Script =>
  (_, response) => {
    const body = Buffer.from(BODY, 'latin1');
    response.writeHead(200, { 'content-length': String(body.length) });
    response.write(body.subarray(0, sent), () => {
      if (how === 'closes') setTimeout(() => response.destroy(), 20);
    });
  };
/** Says that a part is all. */
const short: Script = (_, response) => {
  const body = Buffer.from(BODY, 'latin1').subarray(0, 900);
  response.writeHead(200, { 'content-length': String(body.length) }).end(body);
};

describe('a source that fails for a while', () => {
  it.each<[string, Script]>([
    ['answers 500', answer(500, 'oops')],
    ['truncates', cut(700, 'closes')],
    ['stalls', cut(700, 'stalls')],
  ])('and %s is read in the end', async (_, bad) => {
    const { url } = await serve(bad, bad, whole);
    const report = await ingest([`${url}/air.nc`]);
    expect(report.observed).toBe(24);
    expect(waits).toEqual([250, 500]);
    expect((await store.describe('test')).sources).toEqual(['air.nc']);
  });
});

describe('a source that fails for good leaves the dataset as it was', () => {
  it.each<[string, Script, string]>([
    ['answers 500', answer(500, 'oops'), 'ENVIRONMENT'],
    ['truncates', cut(700, 'closes'), 'ENVIRONMENT'],
    ['stalls', cut(700, 'stalls'), 'ENVIRONMENT'],
    ['lies about its length', short, 'FORMAT'],
    ['sends a page', answer(200, '<html>maintenance</html>'), 'FORMAT'],
    ['sends something else', answer(200, 'GIF89a, and so on'), 'FORMAT'],
    ['has no such file', answer(404), 'NOT_FOUND'],
  ])('where it %s, though files before it were good', async (_, bad, code) => {
    const good = await serve(whole);
    await ingest([`${good.url}/first.nc`]);
    const before = await observed();
    const server = await serve((request, response) => {
      if (!request.url!.startsWith('/good')) bad(request, response);
      else {
        const body = day(24);
        response.writeHead(200, { 'content-length': String(body.length) }).end(body);
      }
    });
    expect((await failure(ingest([`${server.url}/good.nc`, `${server.url}/bad.nc`]))).code).toBe(code);
    expect(await observed()).toEqual(before);
    // Nothing bad is kept: the next attempt fetches it anew.
    const kept = (await readdir(join(root, 'downloads'))).filter((name) => /\.bad\.nc$/.test(name));
    expect(kept).toEqual([]);
  });
});

describe('a series of files', () => {
  const template = (url: string) => `${url}/{YYYY}{MM}{DD}.nc`;
  const wanted = { from: FROM, to: FROM + 72 };

  it('is taken as far as it is there, and what is not is told', async () => {
    const server = await serve((request, response) => {
      const offset = ['/20240301.nc', '/20240302.nc'].indexOf(request.url!);
      if (offset < 0) return void response.writeHead(404).end();
      const body = day(24 * offset);
      response.writeHead(200, { 'content-length': String(body.length) }).end(body);
    });
    const report = await ingest([template(server.url)], wanted);
    expect(report.observed).toBe(48);
    expect(report.absent).toEqual([`${server.url}/20240303.nc`, `${server.url}/20240304.nc`]);
  });

  it('of which nothing is there is an error', async () => {
    const server = await serve(answer(404));
    expect((await failure(ingest([template(server.url)], wanted))).code).toBe('NOT_FOUND');
  });
});

it('the same source again is asked whether it has changed, and changes nothing', async () => {
  const { url, requests } = await serve((request, response) => {
    if (request.headers['if-none-match'] === '"a"') response.writeHead(304).end();
    else whole(request, response);
  });
  await ingest([url]);
  const before = await observed();
  const report = await ingest([url]);
  expect([report.months, requests[1].headers['if-none-match']]).toEqual([[], '"a"']);
  expect(await observed()).toEqual(before);
});

it('takes only the hours that are asked for', async () => {
  const { url } = await serve(whole);
  const report = await ingest([url], { from: FROM + 5, to: FROM + 8 });
  expect([report.from, report.to, report.observed]).toEqual([FROM + 5, FROM + 8, 3]);
  expect((await failure(ingest([url], { from: FROM + 500, to: FROM + 600 }))).code).toBe('TOO_LITTLE_DATA');
});

describe('what a person names wrongly is refused before anything is asked for', () => {
  it.each<[string, string, string, RegExp]>([
    ['a source whose name is almost known', 'noaa-is', 'NOT_FOUND', /Did you mean 'noaa-isd'\?/],
    ['a name that is nothing', 'weather.nc', 'NOT_FOUND', /^Sources: noaa-isd, /],
    ['an address of another kind', 's3://bucket/weather.nc', 'USAGE', /ingest the file/],
  ])('%s', async (_, name, code, hint) => {
    const error = await failure(ingest([name]));
    expect([error.code, error.where.source]).toEqual([code, name]);
    expect(error.hint).toMatch(hint);
  });

  it('a span that ends before it begins', async () => {
    const { url, requests } = await serve(whole);
    const error = await failure(ingest([url], { from: FROM + 8, to: FROM + 5 }));
    expect([error.code, requests.length]).toEqual(['USAGE', 0]);
    expect(error.where).toEqual({ from: '2024-03-01T14:00:00Z', to: '2024-03-01T11:00:00Z' });
  });
});
