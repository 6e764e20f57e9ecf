import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseStationList, readStationList } from '../../../ingest/stations/station-list.ts';
import { isKernelcastError } from '../../../src/errors.ts';
import { failure, temporaryFolder } from '../support.ts';

const folder = temporaryFolder();

function problem(text: string): { message: string; where: Record<string, unknown> } {
  try {
    parseStationList(text, 'list.csv');
  } catch (error) {
    if (isKernelcastError(error, 'STATIONS')) return error;
    throw error;
  }
  throw new Error('the list was taken');
}

describe('a list', () => {
  it('has ids and places, and names, countries and elevations where they are known', () => {
    const text =
      'id,name,country,latitude,longitude,elevation\nzrh,"Zurich, Kloten",CH,47.38,8.54,408\nx-1,,,-90,-180,\n';
    expect(parseStationList(text, 'list.csv')).toEqual([
      { id: 'zrh', name: 'Zurich, Kloten', country: 'CH', latitude: 47.38, longitude: 8.54, elevation: 408 },
      { id: 'x-1', name: 'x-1', country: '', latitude: -90, longitude: -180, elevation: null },
    ]);
  });

  it('may have its columns in any order and case, others among them, a byte order mark, Windows line ends, empty lines', () => {
    const text = '\uFEFFLongitude,icao,ID,Latitude\r\n\r\n -0.45 ,EGLL,heathrow,51.47\r\n';
    expect(parseStationList(text, 'list.csv')).toEqual([
      { id: 'heathrow', name: 'heathrow', country: '', latitude: 51.47, longitude: -0.45, elevation: null },
    ]);
  });

  it('may count longitudes to 360', () => {
    const [station] = parseStationList('id,latitude,longitude\na,0,350.5', 'list.csv');
    expect(station.longitude).toBe(-9.5);
  });
});

describe('a wrong list is refused, with line and column', () => {
  const head = 'id,latitude,longitude\n';

  it.each([
    ['a latitude that is no number', `${head}a,1,2\nb,north,2`, { line: 3, column: 'latitude' }],
    ['a decimal comma', `${head}a,"1,5",2`, { line: 2, column: 'latitude' }],
    ['an empty longitude', `${head}a,1,`, { line: 2, column: 'longitude' }],
    ['a latitude beyond the pole', `${head}a,91,2`, { line: 2, column: 'latitude' }],
    ['a longitude beyond the globe', `${head}a,1,361`, { line: 2, column: 'longitude' }],
    ['a station without id', `${head},1,2`, { line: 2, column: 'id' }],
    ['an id that is no name', `${head}../a,1,2`, { line: 2, column: 'id' }],
    ['an id twice', `${head}a,1,2\nb,1,2\na,3,4`, { line: 4, column: 'id' }],
    ['an elevation that is none', 'id,latitude,longitude,elevation\na,1,2,high', { line: 2, column: 'elevation' }],
  ])('%s', (_, text, where) => {
    expect(problem(text).where).toEqual({ file: 'list.csv', ...where });
  });

  it('a line after a cell of several lines is still counted right', () => {
    expect(problem('id,name,latitude,longitude\na,"two\nlines",1,2\n\nb,x,1,east\n').where.line).toBe(5);
    expect(problem('id,name,latitude,longitude\na,"two\nlines",1,east\n').where.line).toBe(2);
    expect(problem('id,name,latitude,longitude\na,"two\nlines",1,east\n').where.line).toBe(2);
  });

  it.each([
    ['too few cells', `${head}a,1,2\nb,1\n`, 3],
    ['an open quote', `${head}"a,1,2\n`, 2],
  ])('%s: not CSV, with the line', (_, text, line) => {
    const { message, where } = problem(text);
    expect(message).toContain('not CSV');
    expect(where.line).toBeGreaterThanOrEqual(line);
  });

  it('a column that is missing, or there twice', () => {
    expect(problem('id,lat,lon\na,1,2').message).toContain('latitude, longitude');
    expect(problem('id,latitude,longitude,ID\na,1,2,b').message).toContain("two columns are called 'id'");
  });

  it('no stations, or nothing at all', () => {
    expect(problem(head).message).toContain('no stations');
    expect(problem('').message).toContain('empty');
  });
});

it('reads a file, and tells a missing one', async () => {
  await writeFile(folder.path('list.csv'), 'id,latitude,longitude\na,1,2');
  expect(await readStationList(folder.path('list.csv'))).toHaveLength(1);
  expect((await failure(readStationList(folder.path('none.csv')))).code).toBe('NOT_FOUND');
});
