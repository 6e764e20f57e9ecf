/** The parts of a forecast, put together as they come: each the forecast of some of the stations. */
import { knownColumns } from '../../domain/align-stations.ts';
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

interface Places {
  /** Columns of the part, and where each is in the whole, which rises: a long row is written fastest from left to right. */
  from: Uint32Array;
  to: Uint32Array;
}

interface Joined extends SeriesVariable {
  quantiles?: readonly Float32Array[];
}

export class JoinedParts {
  readonly #whole: Omit<Series, 'variables'>;
  readonly #variables = new Map<VariableName, Joined>();
  #waiting: (Places & { part: Series })[] = [];

  /** @param whole the stations and hours of the forecast; what no part has is missing */
  constructor(whole: { stations: readonly Station[]; from: Hour; hours: number }) {
    this.#whole = whole;
  }

  /**
   * @param part of stations of the whole that are in no other part, and of all of its hours; undefined has nothing to say
   * @throws KernelcastError `STATIONS` where a station is none of the whole
   */
  add(part: Series | undefined): void {
    if (!part) return;
    const columns = knownColumns(this.#whole.stations, part.stations);
    const from = Uint32Array.from(columns.keys()).sort((a, b) => columns[a] - columns[b]);
    this.#waiting.push({ part, from, to: from.map((column) => columns[column]) });
    // The same in all parts: it is the model's.
    if (part.rankPaths) this.#whole.rankPaths = part.rankPaths;
    if (this.#waiting.length === AT_ONCE) this.#put();
  }

  /** As far as there were parts. */
  forecast(): Series {
    this.#put();
    const joined = VARIABLE_NAMES.flatMap((name) => {
      const variable = this.#variables.get(name);
      return variable ? [[name, variable] as const] : [];
    });
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
      const placed = this.#waiting.flatMap(({ part, ...places }) => {
        const variable = part.variables[name];
        return variable ? [{ ...places, ...variable, quantiles: part.quantiles?.[name] }] : [];
      });
      if (placed.length === 0) continue;
      const joined: Joined = this.#variables.get(name) ?? emptyVariable(hours, width);
      this.#variables.set(name, joined);
      copy(placed, ({ values }) => values, joined.values, width);
      copy(placed, ({ flags }) => flags, joined.flags, width);
      if (!placed.some(({ quantiles }) => quantiles)) continue;
      joined.quantiles ??= QUANTILE_LEVELS.map(() => emptyVariable(hours, width).values);
      for (const [level, values] of joined.quantiles.entries()) {
        copy(placed, ({ quantiles }) => quantiles?.[level], values, width);
      }
    }
    this.#waiting = [];
  }
}

/** @param arrayOf undefined where the part has nothing to copy; target: [hour, width] */
function copy<Part extends Places, T extends Float32Array | Uint8Array>(
  placed: readonly Part[],
  arrayOf: (part: Part) => T | undefined,
  target: T,
  width: number,
): void {
  const sources = placed.flatMap((part) => {
    const source = arrayOf(part);
    return source ? [{ source, from: part.from, to: part.to }] : [];
  });
  for (let row = 0; row < target.length; row += width) {
    for (const { source, from, to } of sources) {
      const sourceRow = (row / width) * from.length;
      for (let s = 0; s < from.length; s++) target[row + to[s]] = source[sourceRow + from[s]];
    }
  }
}
