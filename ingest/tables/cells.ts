/** The cells of a row as numbers and texts, by the names of their columns. */
import { KernelcastError } from '../../src/errors.ts';
import type { NumbersMapping, TableMapping } from './mapping.ts';

/** What most tables write where there is no value. */
const MISSING = ['', 'na', 'nan', 'null', 'none', '--'];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads a number of a row; NaN where it holds none. */
export type NumberReader = (cells: readonly string[], line: number) => number;

export class Columns {
  readonly header: readonly string[];
  readonly file: string;
  readonly #decimal: string;
  readonly #missing: Missing;

  constructor(header: readonly string[], mapping: Pick<TableMapping, 'missing' | 'decimal'>, file: string) {
    this.header = header;
    this.file = file;
    this.#decimal = mapping.decimal ?? '.';
    this.#missing = new Missing([...MISSING, ...mapping.missing], this.#decimal);
  }

  /** @throws KernelcastError `FORMAT` where there is no such column, or two of the name */
  indexOf(name: string): number {
    const index = this.header.indexOf(name);
    const twice = index >= 0 && index !== this.header.lastIndexOf(name);
    if (index >= 0 && !twice) return index;
    throw new KernelcastError(
      'FORMAT',
      twice ? `two columns are called '${name}'` : `the table has no column '${name}'`,
      {
        where: { file: this.file, columns: this.header.join(', ').slice(0, 500) },
      },
    );
  }

  has(name: string): boolean {
    return this.header.includes(name);
  }

  /** @throws KernelcastError as `indexOf` */
  text(name: string): (cells: readonly string[]) => string {
    const index = this.indexOf(name);
    return (cells) => cells[index] ?? '';
  }

  /**
   * @param mapping undefined gives NaN always
   * @throws KernelcastError as `indexOf`; the reader throws `FORMAT` naming line and column
   */
  number(mapping: NumbersMapping | undefined): NumberReader {
    if (mapping === undefined) return () => Number.NaN;
    const { column, missing = [] } = typeof mapping === 'string' ? { column: mapping } : mapping;
    const index = this.indexOf(column);
    const own = missing.length === 0 ? undefined : new Missing(missing, this.#decimal);
    return (cells, line) => {
      const text = cells[index] ?? '';
      if (this.#missing.has(text) || own?.has(text)) return Number.NaN;
      const value = numberFrom(text, this.#decimal);
      if (!Number.isNaN(value)) return value;
      throw new KernelcastError('FORMAT', `'${text.slice(0, 80)}' is no number`, {
        where: { file: this.file, line, column: this.header[index] },
        hint: /^[+-]?\d+,\d+$/.test(text)
          ? 'Where commas are decimal marks, say so in the mapping: "decimal": ",".'
          : 'Where it means that there is no value, name it in "missing" of the mapping.',
      });
    };
  }
}

function numberFrom(text: string, decimal: string): number {
  const written = decimal === ',' ? text.replace(',', '.') : text;
  if (decimal === ',' && text.includes('.')) return Number.NaN;
  return NUMBER.test(written) ? Number(written) : Number.NaN;
}

/** Texts that mean no value: letter case does not count, and `-999` is `-999.0`. */
class Missing {
  readonly #texts: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<number>;
  readonly #decimal: string;

  constructor(texts: readonly string[], decimal: string) {
    this.#decimal = decimal;
    this.#texts = new Set(texts.map((text) => text.toLowerCase()));
    this.#numbers = new Set(texts.map((text) => numberFrom(text, '.')).filter((value) => !Number.isNaN(value)));
  }

  has(text: string): boolean {
    return (
      this.#texts.has(text.toLowerCase()) ||
      (this.#numbers.size > 0 && this.#numbers.has(numberFrom(text, this.#decimal)))
    );
  }
}
