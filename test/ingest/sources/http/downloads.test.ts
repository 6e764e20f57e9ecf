import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { HttpClient } from '../../../../ingest/sources/http/client.ts';
import { Downloads } from '../../../../ingest/sources/http/downloads.ts';
import { failure, temporaryFolder } from '../../support.ts';
import { answer, broken, file, serve } from './server.ts';

const folder = temporaryFolder();
let count = 0;

function downloads(attempts = 5) {
  const root = folder.path(`downloads-${++count}`);
  const client = new HttpClient({ sleep: async () => {}, random: () => 0, stallMs: 1000, attempts });
  return { root, kept: new Downloads(client, root) };
}
const content = async (found: { path: string } | undefined) => readFile(found!.path, 'utf8');
const BODY = 'CDF and then some more bytes';

/** Resolves when so many bytes of an unfinished download are kept in a folder. */
const keeps = (root: string, bytes: number) => () =>
  vi.waitFor(async () => {
    const [part] = (await readdir(root)).filter((name) => name.endsWith('.part'));
    expect((await stat(join(root, part ?? ''))).size).toBe(bytes);
  }, 60_000);

describe('a download', () => {
  it('is kept, and asked for again only as far as the server has another', async () => {
    const { url, requests } = await serve(file(BODY, '"one"'), file(BODY, '"one"'), file('CDF two', '"two"'));
    const { root, kept } = downloads();
    const first = await kept.fetch(`${url}/air.nc`);
    expect([await content(first), first!.unchanged]).toEqual([BODY, false]);
    expect(first!.path).toMatch(/\.nc$/);
    const second = await kept.fetch(`${url}/air.nc`);
    expect([second!.path, second!.unchanged]).toEqual([first!.path, true]);
    expect(requests[1].headers['if-none-match']).toBe('"one"');
    const third = await kept.fetch(`${url}/air.nc`);
    expect([await content(third), third!.unchanged]).toEqual(['CDF two', false]);
    // The old version is gone.
    expect((await readdir(root)).filter((name) => name.endsWith('.nc'))).toHaveLength(1);
  });

  it('asks by date where there is no ETag', async () => {
    const lastModified = 'Fri, 01 Mar 2024 06:00:00 GMT';
    const { url, requests } = await serve(answer(200, BODY, { 'last-modified': lastModified }), (_, response) =>
      response.writeHead(304).end(),
    );
    const { kept } = downloads();
    await kept.fetch(url);
    expect((await kept.fetch(url))!.unchanged).toBe(true);
    expect(requests[1].headers['if-modified-since']).toBe(lastModified);
  });

  it('is fetched anew where the kept file was damaged', async () => {
    const { url, requests } = await serve(file(BODY, '"one"'));
    const { kept } = downloads();
    const { path } = (await kept.fetch(url))!;
    await writeFile(path, BODY.replace('more', 'less'));
    expect(await content(await kept.fetch(url))).toBe(BODY);
    expect(requests[1].headers['if-none-match']).toBeUndefined();
  });

  it.each(['closes', 'stalls'] as const)('goes on where the server %s', async (how) => {
    const { root, kept } = downloads();
    const first = broken(BODY, 10, how, { etag: '"one"' }, keeps(root, 10));
    const { url, requests } = await serve(first, file(BODY, '"one"'));
    expect(await content(await kept.fetch(url))).toBe(BODY);
    expect(requests[1].headers).toMatchObject({ range: 'bytes=10-', 'if-range': '"one"' });
  });

  it('goes on in another process, and starts anew where the file is another by then', async () => {
    const { root, kept } = downloads(1);
    const first = broken(BODY, 10, 'closes', { etag: '"one"' }, keeps(root, 10));
    const { url, requests } = await serve(first, file('CDF two', '"two"'));
    await failure(kept.fetch(url));
    const later = new Downloads(new HttpClient(), root);
    expect(await content(await later.fetch(url))).toBe('CDF two');
    expect(requests[1].headers.range).toBe('bytes=10-');
  });

  it('starts anew where the server cannot tell versions apart, or answers with another part', async () => {
    const without = await serve(broken(BODY, 10, 'closes'), answer(200, BODY));
    expect(await content(await downloads().kept.fetch(without.url))).toBe(BODY);
    expect(without.requests[1].headers.range).toBeUndefined();
    const { root, kept } = downloads();
    const wrong = await serve(
      broken(BODY, 10, 'closes', { etag: '"one"' }, keeps(root, 10)),
      answer(206, BODY.slice(4), { etag: '"one"', 'content-range': `bytes 4-${BODY.length - 1}/${BODY.length}` }),
      file(BODY, '"one"'),
    );
    expect(await content(await kept.fetch(wrong.url))).toBe(BODY);
    expect(wrong.requests).toHaveLength(3);
  });
});

describe('a failure is never kept', () => {
  it.each([
    ['an error of the server', answer(500, 'CDF no'), 'ENVIRONMENT'],
    ['a page in place of the data', answer(200, '<html>sorry</html>'), 'FORMAT'],
    ['an error as JSON', answer(200, '{"error": "quota"}'), 'FORMAT'],
    ['an empty answer', answer(200, ''), 'FORMAT'],
    ['part of the data', broken(BODY, 10, 'closes'), 'ENVIRONMENT'],
    ['an answer that nobody asked for', answer(203, BODY), 'ENVIRONMENT'],
  ])('%s', async (_, script, code) => {
    const { url } = await serve(script);
    const { root, kept } = downloads(2);
    expect((await failure(kept.fetch(url))).code).toBe(code);
    expect((await readdir(root)).filter((name) => !name.includes('.part'))).toEqual([]);
  });

  it('a file that is not there', async () => {
    const { url } = await serve(answer(404, 'CDF'));
    const { root, kept } = downloads();
    expect(await kept.fetch(url)).toBeUndefined();
    expect(await readdir(root)).toEqual([]);
  });

  it('what turned out to be no good', async () => {
    const { url, requests } = await serve(file(BODY, '"one"'));
    const { root, kept } = downloads();
    await kept.fetch(url);
    await kept.forget(url);
    expect(await readdir(root)).toEqual([]);
    await kept.fetch(url);
    expect(requests[1].headers['if-none-match']).toBeUndefined();
  });
});
