/**
 * The values of a gridded variable at some of its points, read in tiles: as few as hold the points, along the variable's chunks,
 * so that no chunk is unpacked for nothing and none twice.
 */
import { KernelcastError } from '../../src/errors.ts';
import type { Field } from '../cf/find-variables.ts';
import type { GridLayout } from '../cf/grid-layout.ts';
import { signedAsTold, unpackPicked } from '../cf/packing.ts';
import type { DataFile } from '../formats/data-file.ts';
import type { SamplingPlan } from './sampling-plan.ts';

interface Span {
  first: number;
  count: number;
}

/** A piece of the grid that is read at once, and which of the plan's points lie in it. */
interface Tile {
  rows: Span;
  columns: Span;
  points: Int32Array;
}

/** Tiles of one time that lie beside each other are read together up to this. */
const TILE_BYTES = 32 * 1024 * 1024;

/** One time of one variable must fit into memory a few times over. */
const MOST_BYTES_PER_TIME = 512 * 1024 * 1024;

/** Of the rows. */
const NEARLY_ALL = 0.8;

const BYTES_OF: Record<string, number> = { byte: 1, ubyte: 1, short: 2, ushort: 2, int: 4, uint: 4, float: 4 };

export class PointReader {
  readonly #data: DataFile;
  readonly #field: Field<GridLayout>;
  readonly #plan: Pick<SamplingPlan, 'rows' | 'columns'>;
  readonly #versions: number;
  readonly #shape: { rows: number; columns: number };
  readonly #spareValues: Float64Array[] = [];
  readonly #spareMemory: ArrayBuffer[] = [];
  #tiles: { times: number; tiles: readonly Tile[] } | undefined;

  /** @throws KernelcastError `FORMAT`: one time of the grid does not fit into memory */
  constructor(data: DataFile, field: Field<GridLayout>, plan: Pick<SamplingPlan, 'rows' | 'columns'>) {
    const { variable, layout } = field;
    const { shape } = variable;
    this.#data = data;
    this.#field = field;
    this.#plan = plan;
    this.#versions = layout.expverAxis === undefined ? 1 : shape[layout.expverAxis];
    this.#shape = {
      rows: layout.rowAxis === undefined ? 1 : shape[layout.rowAxis],
      columns: layout.columnAxis === undefined ? 1 : shape[layout.columnAxis],
    };
    if (this.bytesPerTime > MOST_BYTES_PER_TIME) {
      const what = `one time of the grid takes ${this.bytesPerTime} bytes, more than can be read at once`;
      throw new KernelcastError('FORMAT', what, {
        where: { file: data.path, variable: variable.name },
        hint: 'Cut the file into regions.',
      });
    }
  }

  /** Bytes in memory for one time. */
  get bytesPerTime(): number {
    const { chunk } = this.#field.variable;
    const points = this.#plan.rows.length * 8 * this.#versions;
    if (chunk) return points;
    const [{ rows, columns }] = this.#tilesFor(1);
    return points + rows.count * columns.count * this.#width;
  }

  /** Times that are unpacked at once. */
  get chunkTimes(): number {
    const { variable, layout } = this.#field;
    return layout.timeAxis === undefined ? 1 : (variable.chunk?.[layout.timeAxis] ?? 1);
  }

  /**
   * The values of the times [first, first + count), [time, point], in the internal unit; NaN where missing. They may be given
   * back when they have been used, see `reuse`.
   */
  async read(first: number, count: number): Promise<Float64Array> {
    const { variable, layout, packing } = this.#field;
    const width = this.#plan.rows.length;
    const spare = this.#spareValues.pop();
    const size = count * width;
    const values = spare && spare.length >= size ? spare.subarray(0, size) : new Float64Array(size);
    for (const { rows, columns, points } of this.#tilesFor(count)) {
      const start = variable.shape.map(() => 0);
      const counts = variable.shape.map((n, axis) => (axis === layout.expverAxis ? n : 1));
      const put = (axis: number | undefined, span: Span) => {
        if (axis !== undefined) [start[axis], counts[axis]] = [span.first, span.count];
      };
      put(layout.timeAxis, { first, count });
      put(layout.rowAxis, rows);
      put(layout.columnAxis, columns);
      put(layout.level?.axis, { first: layout.level?.index ?? 0, count: 1 });
      const strideOf = (axis: number | undefined) =>
        axis === undefined ? 0 : counts.slice(axis + 1).reduce((product, n) => product * n, 1);
      const [rowStride, columnStride] = [strideOf(layout.rowAxis), strideOf(layout.columnAxis)];
      const picks = points.map(
        (point) =>
          (this.#plan.rows[point] - rows.first) * rowStride +
          (this.#plan.columns[point] - columns.first) * columnStride,
      );
      // Rows and columns are mostly the last dimensions: then the picks are places in their plane.
      const last = variable.shape.length - 1;
      const only =
        layout.rowAxis !== undefined && layout.rowAxis === last - 1 && layout.columnAxis === last ? picks : undefined;
      const stored = await this.#data.read(variable, start, counts, { memory: this.#spareMemory.pop(), only });
      const raw = signedAsTold(stored, packing);
      const timeStride = strideOf(layout.timeAxis);
      for (let t = 0; t < count; t++) unpackPicked(raw, t * timeStride, picks, packing, values, t * width, points);
      for (let version = 1; version < this.#versions; version++) {
        const from = version * strideOf(layout.expverAxis);
        const later = new Float64Array(points.length);
        for (let t = 0; t < count; t++) {
          unpackPicked(raw, from + t * timeStride, picks, packing, later, 0);
          for (const [i, point] of points.entries()) {
            const at = t * width + point;
            if (Number.isNaN(values[at])) values[at] = later[i];
          }
        }
      }
      this.#spareMemory.push(raw.buffer as ArrayBuffer);
    }
    return values;
  }

  /** Memory is dearer to get than to fill: what is read first is as long as all that follows. */
  reuse(values: Float64Array): void {
    this.#spareValues.push(new Float64Array(values.buffer as ArrayBuffer));
  }

  get #width(): number {
    return (BYTES_OF[this.#field.variable.type] ?? 8) * this.#versions;
  }

  #tilesFor(times: number): readonly Tile[] {
    if (this.#tiles?.times !== times) this.#tiles = { times, tiles: this.#findTiles(times) };
    return this.#tiles.tiles;
  }

  /**
   * Values that are not stored in chunks are read in whole rows, from the first that is needed to the last; or all, where few
   * are not: then several times lie in one piece.
   */
  #oneTile(): Tile {
    const { rows } = this.#plan;
    const needed = { first: rows[0], count: rows[rows.length - 1] - rows[0] + 1 };
    const nearlyAll = needed.count >= NEARLY_ALL * this.#shape.rows;
    return {
      rows: nearlyAll ? { first: 0, count: this.#shape.rows } : needed,
      columns: { first: 0, count: this.#shape.columns },
      points: Int32Array.from(rows.keys()),
    };
  }

  #findTiles(times: number): Tile[] {
    const { variable, layout } = this.#field;
    const { rows, columns } = this.#plan;
    if (!variable.chunk) return [this.#oneTile()];
    const [rowChunk, columnChunk] = [layout.rowAxis, layout.columnAxis].map((axis) =>
      axis === undefined ? 1 : variable.chunk![axis],
    );
    const most = Math.max(1, Math.floor(TILE_BYTES / (times * this.#width)));
    const keys = Array.from(rows, (row, point) => ({
      band: Math.floor(row / rowChunk),
      column: Math.floor(columns[point] / columnChunk),
    }));
    const columnsOfBand = new Map<number, Set<number>>();
    for (const { band, column } of keys) {
      const set = columnsOfBand.get(band);
      if (set) set.add(column);
      else columnsOfBand.set(band, new Set([column]));
    }
    // Runs of neighbouring chunks in a band; a band whose runs are those of the band before it is read together with it.
    const tiles: { bands: Span; runs: Span }[] = [];
    let open = new Map<string, { bands: Span; runs: Span }>();
    for (const band of [...columnsOfBand.keys()].sort((a, b) => a - b)) {
      const next: typeof open = new Map();
      const fit = Math.max(1, Math.floor(most / (rowChunk * columnChunk)));
      for (const run of runsOf(
        [...columnsOfBand.get(band)!].sort((a, b) => a - b),
        fit,
      )) {
        const key = `${run.first} ${run.count}`;
        const above = open.get(key);
        const cells = ((above?.bands.count ?? 0) + 1) * rowChunk * run.count * columnChunk;
        if (above && above.bands.first + above.bands.count === band && cells <= most) {
          above.bands.count++;
          next.set(key, above);
        } else {
          const tile = { bands: { first: band, count: 1 }, runs: run };
          tiles.push(tile);
          next.set(key, tile);
        }
      }
      open = next;
    }
    return tiles.map(({ bands, runs }) => {
      const inside = keys.flatMap(({ band, column }, point) => {
        const isIn = (at: number, { first, count }: Span) => at >= first && at < first + count;
        return isIn(band, bands) && isIn(column, runs) ? [point] : [];
      });
      return {
        rows: cellsOf(bands, rowChunk, this.#shape.rows),
        columns: cellsOf(runs, columnChunk, this.#shape.columns),
        points: Int32Array.from(inside),
      };
    });
  }
}

function runsOf(sorted: readonly number[], most: number): Span[] {
  const runs: Span[] = [];
  for (const at of sorted) {
    const last = runs.at(-1);
    if (last && last.first + last.count === at && last.count < most) last.count++;
    else runs.push({ first: at, count: 1 });
  }
  return runs;
}

function cellsOf({ first, count }: Span, chunk: number, length: number): Span {
  return { first: first * chunk, count: Math.min(count * chunk, length - first * chunk) };
}
