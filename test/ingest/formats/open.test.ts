import { mkdir, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { encodeNetcdf } from '../../../ingest/formats/netcdf-classic/writer.ts';
import { openDataFile } from '../../../ingest/formats/open.ts';
import { failure, temporaryFolder } from '../support.ts';

const folder = temporaryFolder();

it.each([
  ['NetCDF-4 of no more than that', '\x89HDF\r\n\x1a\n\0\0', 'a damaged NetCDF-4 file'],
  ['64-bit data of no more than that', 'CDF\x05\0\0\0\0', 'a damaged NetCDF classic file'],
  ['GRIB', 'GRIB\0\0\0\x02', 'GRIB'],
  ['gzip', '\x1f\x8b\x08\0', 'gzip'],
  ['an error page of a server', '\n <html><body>404', 'text'],
  ['anything else', 'hello', 'no known format'],
  ['nothing', '', 'empty'],
])('refuses %s by its first bytes, whatever its name, and says what it reads', async (_, bytes, what) => {
  const path = folder.path('weather.nc');
  await writeFile(path, bytes, 'latin1');
  const error = await failure(openDataFile(path));
  expect(error.code).toBe('FORMAT');
  expect(error.message).toContain(what);
  expect(error.where.file).toBe(path);
  expect(error.hint).toBeTruthy();
});

it('says of others which it reads', async () => {
  await writeFile(folder.path('four.hdf'), '\x0e\x03\x13\x01', 'latin1');
  expect((await failure(openDataFile(folder.path('four.hdf')))).hint).toMatch(/reads NetCDF classic.*NetCDF-4/);
});

it('opens NetCDF classic under any name', async () => {
  const path = folder.path('weather.grib');
  await writeFile(path, encodeNetcdf({ dimensions: {}, variables: {} }));
  const grid = await openDataFile(path);
  expect(grid.format).toBe('NetCDF classic');
  await grid.close();
});

it('tells a missing file and a folder from a damaged file', async () => {
  expect((await failure(openDataFile(folder.path('nowhere.nc')))).code).toBe('NOT_FOUND');
  await mkdir(folder.path('store.zarr'));
  expect((await failure(openDataFile(folder.path('store.zarr')))).hint).toContain('folder');
});
