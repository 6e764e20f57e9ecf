/**
 * The sample world as a source of observations that never ends: hours at stations, out of month files that are made when
 * they are first needed. A file that is there already is taken as it is.
 *
 *     const source = new SampleWorldSource({ folder, stations });
 *     const series = await source.read(from, to);
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Series, sliceSeries } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { formatHour, type Hour, monthOf } from '../../src/domain/time.ts';
import { KernelcastError } from '../../src/errors.ts';
import { makeFolder, writeAtomically } from '../../src/store/disk/atomic.ts';
import { nodeFiles } from '../../src/store/disk/files.ts';
import { readFile } from '../hourly/read-hours.ts';
import { DEFAULT_START, type MonthFile, monthFileName, monthFiles } from './month-files.ts';

export interface SampleWorldSourceOptions {
  /** Where the month files are. */
  folder: string;
  stations: readonly Station[];
  /** Degrees (5), of files that are made. */
  resolution?: number;
  /** Told in plain words what takes its time. */
  onProgress?: (what: string) => void;
}

export class SampleWorldSource {
  /** The world's first hour. */
  readonly start: Hour = DEFAULT_START;
  readonly #folder: string;
  readonly #stations: readonly Station[];
  readonly #resolution: number | undefined;
  readonly #onProgress: (what: string) => void;
  /** Goes on where the last month that was made ends; the world cannot be entered in its middle. */
  #making: AsyncGenerator<MonthFile> | undefined;
  #made = '';
  /** The month that was read last, since the next hour is most likely in it too. */
  #month: { name: string; series: Series } | undefined;

  constructor({ folder, stations, resolution, onProgress = () => {} }: SampleWorldSourceOptions) {
    this.#folder = folder;
    this.#resolution = resolution;
    this.#stations = stations;
    this.#onProgress = onProgress;
  }

  /** The file that holds an hour. */
  fileOf(hour: Hour): string {
    return join(this.#folder, monthFileName(monthOf(hour)));
  }

  /**
   * The hours [from, to), which lie in one month.
   * @throws KernelcastError `TOO_LITTLE_DATA` when the month's file ends before them; as the readers of files do
   */
  async read(from: Hour, to: Hour): Promise<Series> {
    const name = monthOf(from);
    if (this.#month?.name !== name) this.#month = { name, series: await this.#readMonth(from) };
    const { series } = this.#month;
    if (to > series.from + series.hours || from < series.from) {
      throw new KernelcastError('TOO_LITTLE_DATA', `the sample world's file has no ${formatHour(to - 1)}`, {
        where: { file: this.fileOf(from) },
        hint: 'Remove the file; it is made anew, with all hours of its month.',
      });
    }
    return sliceSeries(series, from, to);
  }

  async #readMonth(hour: Hour): Promise<Series> {
    const path = this.fileOf(hour);
    if (!(await exists(path))) await this.#make(monthOf(hour));
    this.#onProgress(`reading the weather of ${monthOf(hour)} at ${this.#stations.length} places`);
    // A month is never cut into blocks.
    for await (const series of readFile(path, { stations: this.#stations })) return series;
    throw new KernelcastError('TOO_LITTLE_DATA', 'the file holds no weather', { where: { file: path } });
  }

  /** Makes the months up to and including one; those that are there already are made again in memory, and left alone. */
  async #make(month: string): Promise<void> {
    await makeFolder(nodeFiles, this.#folder);
    if (!this.#making || month <= this.#made) {
      this.#making = monthFiles({
        resolution: this.#resolution,
        onHour: (hour) => {
          if (hour % 24 === 0) this.#onProgress(`making the weather of ${formatHour(hour).slice(0, 10)}`);
        },
      });
    }
    do {
      const { month: name, name: file, bytes } = (await this.#making.next()).value as MonthFile;
      this.#made = name;
      if (!(await exists(join(this.#folder, file)))) await writeAtomically(nodeFiles, join(this.#folder, file), bytes);
    } while (this.#made < month);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
