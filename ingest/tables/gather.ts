/** The rows of a table, in any order, to stations and their hourly values. */
import { NEAR_TEXT } from '../../src/domain/near-hour.ts';
import { emptyVariable, type Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { completedNames, completeWind } from '../hourly/both-winds.ts';
import type { OpenedFile } from '../opened/opened-file.ts';
import { LeftOutTally } from '../quality/left-out.ts';
import { hourlyReports } from './hourly-reports.ts';
import { LocalClock } from './local-clock.ts';
import type { LocalTime, Observation, TableReader } from './observation.ts';
import { TableStations } from './table-stations.ts';

/** As many as are held in half a gigabyte. */
const MOST_OBSERVATIONS = 10_000_000;

export class Gatherer {
  readonly leftOut = new LeftOutTally();
  readonly #file: string;
  readonly #reader: TableReader;
  readonly #stations: TableStations;
  readonly #clocks = new Map<string, LocalClock<Observation>>();
  /** Observations of stations whose position no line has told so far. */
  readonly #waiting = new Map<string, { observation: Observation; time: number }[]>();
  readonly #names: VariableName[];
  readonly #times: number[] = [];
  readonly #of: number[] = [];
  readonly #values: number[][];

  constructor(file: string, reader: TableReader, stations: readonly Station[] | undefined) {
    this.#file = file;
    this.#reader = reader;
    this.#stations = new TableStations(file, { ...reader, listed: stations });
    const taken = new Set(reader.taken.map(({ name }) => name));
    this.#names = VARIABLE_NAMES.filter((name) => taken.has(name));
    this.#values = this.#names.map(() => []);
  }

  /** @throws KernelcastError `STATIONS`: a station without an id, or one that moves; `FORMAT`: a time that the clocks skip */
  add(observation: Observation, line: number): void {
    const { station, time } = observation;
    if (this.#stations.meet(observation, line) === 'not-listed') {
      this.leftOut.add('not-listed');
      return;
    }
    if (typeof time === 'number') this.#take(observation, time);
    else this.#addLocal(observation, time, { line, series: this.#seriesOf(station, observation) });
  }

  /** In a long table each variable has lines of its own. */
  #seriesOf(station: string, { values }: Observation): string {
    return this.#reader.isLong ? `${station} ${Object.keys(values).join()}` : station;
  }

  #addLocal(observation: Observation, { wall, zone, text }: LocalTime, at: { line: number; series: string }): void {
    let clock = this.#clocks.get(at.series);
    if (!clock) {
      clock = new LocalClock<Observation>({
        put: (row, instant) => this.#take(row, instant),
        onUnknown: () => this.leftOut.add('repeated-hour'),
      });
      this.#clocks.set(at.series, clock);
    }
    if (clock.add(observation, wall, zone)) return;
    throw new KernelcastError(
      'FORMAT',
      `the clocks of ${zone} never show '${text.slice(0, 80)}': they are set on over it`,
      {
        where: { file: this.#file, line: at.line },
        hint: `Perhaps the table is in standard time all year: name the offset as the time zone, like -05:00.`,
      },
    );
  }

  #take(observation: Observation, time: number): void {
    const { station: text } = observation;
    const station = this.#stations.indexOf(text);
    if (station === undefined) {
      // Another line may tell where it is.
      if (!this.#waiting.has(text)) this.#waiting.set(text, []);
      this.#waiting.get(text)!.push({ observation, time });
      return;
    }
    const earlier = this.#waiting.get(text);
    if (earlier) {
      this.#waiting.delete(text);
      for (const one of earlier) this.#put(one.observation, one.time, station);
    }
    this.#put(observation, time, station);
  }

  #put({ values }: Observation, time: number, station: number): void {
    if (this.#times.push(time) > MOST_OBSERVATIONS) {
      throw new KernelcastError('FORMAT', `the table has more than ${MOST_OBSERVATIONS} observations`, {
        where: { file: this.#file },
        hint: 'Split it by years or stations.',
      });
    }
    this.#of.push(station);
    for (const [v, name] of this.#names.entries()) this.#values[v].push(values[name] ?? Number.NaN);
  }

  /** @throws KernelcastError `CONVENTIONS` where no observation is near an hour; `STATIONS` where no station has a position */
  opened(): OpenedFile {
    for (const clock of this.#clocks.values()) clock.end();
    for (const [text, observations] of this.#waiting) {
      const station = this.#stations.indexOf(text);
      if (station !== undefined)
        for (const { observation, time } of observations) this.#put(observation, time, station);
    }
    const { stations, outside } = this.#stations.end();
    this.leftOut.add('without-position', outside.length);
    this.leftOut.add('unknown-elevation', this.#stations.unknownElevations);
    const names = this.#names;
    const hourly = hourlyReports({ times: this.#times, stations: this.#of, names, values: this.#values }, this.leftOut);
    if (hourly.hours.length === 0) throw this.#withoutHours(stations.length);
    const { hours, starts, duplicates, stationSteps } = hourly;
    return {
      kind: 'stations',
      stations,
      outside,
      axis: { times: Float64Array.from(hours, (hour) => hour * MILLISECONDS_PER_HOUR), cell: undefined },
      cellMethod: undefined,
      taken: this.#reader.taken,
      variables: completedNames(names),
      bytesPerTime: names.length * stations.length * 4,
      chunkTimes: 1,
      duplicates,
      stationSteps,
      leftOut: this.leftOut.list(),
      async read(first, count) {
        const variables: Series['variables'] = {};
        for (const [v, name] of names.entries()) {
          const target = emptyVariable(count, stations.length);
          for (let t = 0; t < count; t++) {
            for (let row = starts[first + t]; row < starts[first + t + 1]; row++) {
              const at = t * stations.length + hourly.stations[row];
              target.values[at] = hourly.values[v][row];
              target.flags[at] = hourly.flags[v][row];
            }
          }
          variables[name] = target;
        }
        return completeWind(variables, count * stations.length);
      },
      async close() {},
    };
  }

  #withoutHours(stations: number): KernelcastError {
    const told = this.leftOut.list().map(({ reason, count }) => `${reason} ${count}`);
    return new KernelcastError(
      'CONVENTIONS',
      `no observation lies within ${NEAR_TEXT} of a whole hour, and no two at most an hour apart on its sides`,
      {
        where: { file: this.#file, stations, 'left out': told.join(', ') || 'nothing' },
        hint: this.#stations.isListed
          ? 'Or none is of a station of the list: the ids must be those of the table.'
          : undefined,
      },
    );
  }
}
