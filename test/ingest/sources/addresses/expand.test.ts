import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { expandFiles } from '../../../../ingest/sources/addresses/expand.ts';
import { failure, temporaryFolder } from '../../support.ts';

const folder = temporaryFolder();
let root = '';

beforeAll(async () => {
  root = folder.path('files');
  await mkdir(join(root, 'store.zarr', 'air'), { recursive: true });
  await mkdir(join(root, 'deeper'));
  await mkdir(join(root, 'empty'));
  for (const name of [
    'b.nc',
    'a.nc',
    '.part.nc',
    'x[1].nc',
    'deeper/c.nc',
    'store.zarr/.zgroup',
    'store.zarr/air/0.0',
  ]) {
    await writeFile(join(root, name), '');
  }
});

const expand = async (...names: string[]) =>
  (await expandFiles(names.map((name) => join(root, name)))).map((path) => relative(root, path));

describe('naming files', () => {
  it('takes the files of a folder in the order of their names, not those within its folders, and Zarr as one', async () => {
    expect(await expand('')).toEqual(['a.nc', 'b.nc', 'store.zarr', 'x[1].nc']);
    expect(await expand('store.zarr')).toEqual(['store.zarr']);
  });

  it('takes what a pattern matches, however deep, and each file once', async () => {
    expect(await expand('*.nc')).toEqual(['a.nc', 'b.nc', 'x[1].nc']);
    expect(await expand('**/*.nc')).toEqual(['a.nc', 'b.nc', 'deeper/c.nc', 'x[1].nc']);
    expect(await expand('*.zarr')).toEqual(['store.zarr']);
    expect(await expand('b.nc', '{a,b}.nc')).toEqual(['b.nc', 'a.nc']);
  });

  it('takes a file of an odd name as it is', async () => {
    expect(await expand('x[1].nc')).toEqual(['x[1].nc']);
    expect(await expand('missing.nc')).toEqual(['missing.nc']);
    expect(await expandFiles(['https://example.org/a?b=[c]*'])).toEqual(['https://example.org/a?b=[c]*']);
  });

  it('says where there is nothing', async () => {
    expect((await failure(expand('*.grib'))).code).toBe('NOT_FOUND');
    expect((await failure(expand('empty'))).code).toBe('NOT_FOUND');
  });
});
