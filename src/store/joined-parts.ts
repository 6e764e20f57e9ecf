/** The parts of a forecast, put together one after the other, as they come: each the forecast of some of the stations. */
import { QUANTILE_LEVELS, type Quantiles } from '../domain/quantiles.ts';
import { emptyVariable, type Series, type SeriesVariable, seriesVariableNames } from '../domain/series.ts';
import type { Station } from '../domain/station.ts';
import type { Hour } from '../domain/time.ts';
import { VARIABLE_NAMES, type VariableName } from '../domain/variables.ts';

interface Joined extends SeriesVariable {
  quantiles?: readonly Float32Array[];
}

export class JoinedParts {
  readonly #whole: Omit<Series, 'variables'>;
  readonly #columns: ReadonlyMap<string, number>;
  readonly #variables = new Map<VariableName, Joined>();

  /** @param whole the stations and hours of the forecast; what no part has is missing */
  constructor(whole: { stations: readonly Station[]; from: Hour; hours: number }) {
    this.#whole = whole;
    this.#columns = new Map(whole.stations.map(({ id }, column) => [id, column]));
  }

  /** @param part of stations of the whole that are in no other part, and of all of its hours; undefined has nothing to say */
  add(part: Series | undefined): void {
    if (!part) return;
    const { hours } = this.#whole;
    const width = this.#whole.stations.length;
    const columns = part.stations.map(({ id }) => this.#columns.get(id)!);
    // In the order of the whole, whose rows are long: that is written fastest from left to right.
    const from = Uint32Array.from(columns.keys()).sort((a, b) => columns[a] - columns[b]);
    const to = from.map((column) => columns[column]);
    const put = <T extends Float32Array | Uint8Array>(source: T, target: T) => {
      for (let hour = 0; hour < hours; hour++) {
        const [row, targetRow] = [hour * from.length, hour * width];
        for (let s = 0; s < from.length; s++) target[targetRow + to[s]] = source[row + from[s]];
      }
    };
    for (const name of seriesVariableNames(part)) {
      const { values, flags } = part.variables[name]!;
      const joined = this.#variable(name);
      put(values, joined.values);
      put(flags, joined.flags);
      const levels = part.quantiles?.[name as keyof Quantiles];
      if (!levels) continue;
      joined.quantiles ??= QUANTILE_LEVELS.map(() => emptyVariable(hours, width).values);
      for (const [level, quantile] of levels.entries()) put(quantile, joined.quantiles[level]);
    }
    // The same in all parts: it is the model's.
    if (part.rankPaths) this.#whole.rankPaths = part.rankPaths;
  }

  /** As far as there were parts. */
  forecast(): Series {
    const names = VARIABLE_NAMES.filter((name) => this.#variables.has(name));
    const joined = names.map((name) => [name, this.#variables.get(name)!] as const);
    const variables = joined.map(([name, { values, flags }]) => [name, { values, flags }]);
    const quantiles = joined.flatMap(([name, { quantiles }]) => (quantiles ? [[name, quantiles]] : []));
    const series: Series = { ...this.#whole, variables: Object.fromEntries(variables) };
    return quantiles.length > 0 ? { ...series, quantiles: Object.fromEntries(quantiles) } : series;
  }

  #variable(name: VariableName): Joined {
    let joined = this.#variables.get(name);
    if (!joined) {
      joined = emptyVariable(this.#whole.hours, this.#whole.stations.length);
      this.#variables.set(name, joined);
    }
    return joined;
  }
}
