/**
 * The published data of CorrFormer (Wu et al. 2023), as they lie in its archive: `temp_global_hourly_SPLIT.npy` or `wind_...`,
 * [hour, station, 1] in tenths of degC or m/s; `data_time_SPLIT.npy`; `stations_sorted.npy`, [station, (lat, lon, altitude)].
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FLAG, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { hourOf } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import { decodeNpy, type NpyArray } from '../formats/numpy/npy.ts';

export type Split = 'train' | 'val' | 'test';

const VARIABLES = { temp: 'temperature_2m', wind: 'wind_speed_10m' } as const;
const TENTHS = 10;

/**
 * The hours of a split, in degC or m/s.
 * @throws KernelcastError `NOT_FOUND` when the folder lacks a file; `FORMAT` when one is not what it should be.
 */
export async function openCorrformerData(folder: string, split: Split): Promise<Series> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const kind = (['temp', 'wind'] as const).find((each) => names.includes(`${each}_global_hourly_${split}.npy`));
  if (!kind) {
    throw new KernelcastError('NOT_FOUND', `the folder holds no temp_ or wind_global_hourly_${split}.npy`, {
      where: { folder },
      hint: 'It is a folder of the published archive, global_temp or global_wind.',
    });
  }
  const [data, times, places] = await Promise.all(
    [`${kind}_global_hourly_${split}.npy`, `data_time_${split}.npy`, 'stations_sorted.npy'].map((name) =>
      read(folder, name),
    ),
  );
  const [hours, count] = data.shape;
  if (data.values.length !== hours * count) throw wrong(folder, `the data are [${data.shape}], not [hour, station, 1]`);
  if (places.shape[0] !== count || places.shape[1] < 2)
    throw wrong(folder, `there are ${count} series, and places [${places.shape}]`);
  const from = hourOf(times.values[0]);
  const gap = times.values.findIndex((time, i) => hourOf(time) !== from + i);
  if (times.values.length !== hours || gap >= 0) throw wrong(folder, `the times are not ${hours} hours in a row`);
  return {
    stations: Array.from({ length: count }, (_, i) => stationAt(places, i)),
    from,
    hours,
    variables: {
      [VARIABLES[kind]]: {
        values: Float32Array.from(data.values, (value) => value / TENTHS),
        flags: Uint8Array.from(data.values, (value) => (Number.isFinite(value) ? FLAG.OBSERVED : FLAG.MISSING)),
      },
    },
  };
}

function stationAt({ shape: [, width], values }: NpyArray, i: number): Station {
  const [latitude, longitude, elevation = null] = values.subarray(i * width, (i + 1) * width);
  const id = String(i);
  return { id, name: id, country: '', latitude, longitude, elevation };
}

async function read(folder: string, name: string): Promise<NpyArray> {
  const file = join(folder, name);
  const bytes = await readFile(file).catch((cause) => {
    throw new KernelcastError('NOT_FOUND', `the folder lacks ${name}`, { where: { folder }, cause });
  });
  return decodeNpy(bytes, file);
}

function wrong(folder: string, message: string): KernelcastError {
  return new KernelcastError('FORMAT', message, { where: { folder } });
}
