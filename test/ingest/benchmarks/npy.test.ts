import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeNpy } from '../../../ingest/formats/numpy/npy.ts';

const FOLDER = new URL('../../fixtures/benchmarks/global_temp', import.meta.url).pathname;
const own = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));

function npy(descr: string, shape: string, body: Uint8Array, fortran = 'False'): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
  const bytes = new Uint8Array(10 + header.length + body.length);
  bytes.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(body, 10 + header.length);
  return bytes;
}

describe('.npy files', () => {
  test('of NumPy: numbers and times', () => {
    const stations = decodeNpy(own('stations_sorted.npy'), 's');
    expect(stations.shape).toEqual([3, 3]);
    expect([...stations.values.subarray(3, 6)]).toEqual([-33.9, 18.6, 42]);
    const times = decodeNpy(own('data_time_test.npy'), 't');
    expect(new Date(times.values[1]).toISOString()).toBe('2020-03-01T01:00:00.000Z');
  });

  test('columns first become rows first; texts of times are times', () => {
    const columns = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
    expect([...decodeNpy(npy('<f4', '(2, 3)', columns, 'True'), 'f').values]).toEqual([1, 3, 5, 2, 4, 6]);
    const text = Uint32Array.from('2020-03-01 05:00:00', (letter) => letter.charCodeAt(0));
    const [time] = decodeNpy(npy('<U19', '(1,)', new Uint8Array(text.buffer)), 'f').values;
    expect(time).toBe(Date.UTC(2020, 2, 1, 5));
  });

  test('objects, cut files and others are refused', () => {
    expect(() => decodeNpy(npy('|O', '(1,)', new Uint8Array(9)), 'f')).toThrow(/programs/);
    expect(() => decodeNpy(own('stations_sorted.npy').subarray(0, 150), 'f')).toThrow(/ends before/);
    expect(() => decodeNpy(npy('<c8', '(1,)', new Uint8Array(8)), 'f')).toThrow(/'<c8'/);
    expect(() => decodeNpy(new Uint8Array(4), 'f')).toThrow(/no \.npy/);
  });
});
