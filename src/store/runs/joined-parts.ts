/** The parts of a forecast, put together as they come: each the forecast of some of the stations. */
import { QUANTILE_LEVELS } from '../../domain/quantiles.ts';
import { emptyVariable, type Series, type SeriesVariable } from '../../domain/series.ts';
import type { Station } from '../../domain/station.ts';
import type { Hour } from '../../domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../../domain/variables.ts';

/**
 * Stations of a part lie far apart in an hour of the whole, so that a part alone goes through all of its memory; several do so
 * together.
 */
const AT_ONCE = 4;

interface Placed {
  part: Series;
  /** Columns of the part, and where each is in the whole, which rises: a long row is written fastest from left to right. */
  from: Uint32Array;
  to: Uint32Array;
}

interface Joined extends SeriesVariable {
  quantiles?: readonly Float32Array[];
}

export class JoinedParts {
  readonly #whole: Omit<Series, 'variables'>;
  readonly #columns: ReadonlyMap<string, number>;
  readonly #variables = new Map<VariableName, Joined>();
  #waiting: Placed[] = [];

  /** @param whole the stations and hours of the forecast; what no part has is missing */
  constructor(whole: { stations: readonly Station[]; from: Hour; hours: number }) {
    this.#whole = whole;
    this.#columns = new Map(whole.stations.map(({ id }, column) => [id, column]));
  }

  /** @param part of stations of the whole that are in no other part, and of all of its hours; undefined has nothing to say */
  add(part: Series | undefined): void {
    if (!part) return;
    const columns = part.stations.map(({ id }) => this.#columns.get(id)!);
    const from = Uint32Array.from(columns.keys()).sort((a, b) => columns[a] - columns[b]);
    this.#waiting.push({ part, from, to: from.map((column) => columns[column]) });
    // The same in all parts: it is the model's.
    if (part.rankPaths) this.#whole.rankPaths = part.rankPaths;
    if (this.#waiting.length === AT_ONCE) this.#put();
  }

  /** As far as there were parts. */
  forecast(): Series {
    this.#put();
    const names = VARIABLE_NAMES.filter((name) => this.#variables.has(name));
    const joined = names.map((name) => [name, this.#variables.get(name)!] as const);
    const variables = joined.map(([name, { values, flags }]) => [name, { values, flags }]);
    const quantiles = joined.flatMap(([name, { quantiles }]) => (quantiles ? [[name, quantiles]] : []));
    const series: Series = { ...this.#whole, variables: Object.fromEntries(variables) };
    return quantiles.length > 0 ? { ...series, quantiles: Object.fromEntries(quantiles) } : series;
  }

  /** Puts what waits in its place. */
  #put(): void {
    const { hours, stations } = this.#whole;
    const width = stations.length;
    for (const name of VARIABLE_NAMES) {
      const placed = this.#waiting.filter(({ part }) => part.variables[name]);
      if (placed.length === 0) continue;
      const joined: Joined = this.#variables.get(name) ?? emptyVariable(hours, width);
      this.#variables.set(name, joined);
      copy(placed, ({ variables }) => variables[name]!.values, joined.values, width);
      copy(placed, ({ variables }) => variables[name]!.flags, joined.flags, width);
      const uncertain = placed.filter(({ part }) => part.quantiles?.[name]);
      if (uncertain.length === 0) continue;
      joined.quantiles ??= QUANTILE_LEVELS.map(() => emptyVariable(hours, width).values);
      for (const [level, values] of joined.quantiles.entries()) {
        copy(uncertain, ({ quantiles }) => quantiles![name]![level], values, width);
      }
    }
    this.#waiting = [];
  }
}

/** @param target [hour, width] */
function copy<T extends Float32Array | Uint8Array>(
  placed: readonly Placed[],
  arrayOf: (part: Series) => T,
  target: T,
  width: number,
): void {
  const sources = placed.map(({ part, from, to }) => ({ source: arrayOf(part), from, to }));
  for (let row = 0; row < target.length; row += width) {
    for (const { source, from, to } of sources) {
      const sourceRow = (row / width) * from.length;
      for (let s = 0; s < from.length; s++) target[row + to[s]] = source[sourceRow + from[s]];
    }
  }
}
