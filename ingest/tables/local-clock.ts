/**
 * Wall clocks of a table to instants. Where clocks are set back an hour stands twice: the order of a station's lines tells which is
 * which, in files that go forwards and in those that go backwards. What stands once, or in no order, cannot be told.
 */
import { instantsOf } from './zone.ts';

interface Waiting<Row> {
  wall: number;
  /** The two instants at which the clocks show it. */
  instants: readonly number[];
  row: Row;
}

export interface LocalClockEdges<Row> {
  /** Takes a row at its instant, in milliseconds. */
  put(row: Row, instant: number): void;
  /** Told of a row whose instant cannot be known. */
  onUnknown(row: Row): void;
}

/** The clocks of one series of lines: of a station, in long tables of each of its variables. */
export class LocalClock<Row> {
  readonly #edges: LocalClockEdges<Row>;
  #waiting: Waiting<Row>[] = [];
  #last: number | undefined;

  constructor(edges: LocalClockEdges<Row>) {
    this.#edges = edges;
  }

  /**
   * The rows in the order of the file.
   * @returns false where the clocks of the zone never show the time
   */
  add(row: Row, wall: number, zone: string): boolean {
    const instants = instantsOf(wall, zone);
    if (instants.length === 0) return false;
    if (instants.length > 1) {
      // Another night's, a year on.
      if (this.#waiting.length > 0 && Math.abs(wall - this.#waiting[0].wall) > 12 * 3_600_000) this.#settle(undefined);
      this.#waiting.push({ wall, instants, row });
      return true;
    }
    this.#settle(instants[0]);
    this.#last = instants[0];
    this.#edges.put(row, instants[0]);
    return true;
  }

  /** When the table is over. */
  end(): void {
    this.#settle(undefined);
  }

  #settle(next: number | undefined): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    const turn = turnOf(waiting, this.#goesBackwards(waiting, next));
    for (const [index, { instants, row }] of waiting.entries()) {
      if (turn === undefined) this.#edges.onUnknown(row);
      else this.#edges.put(row, instants[index < turn.at === turn.forwards ? 0 : 1]);
    }
    this.#last = turn === undefined ? this.#last : waiting[waiting.length - 1].instants[turn.forwards ? 1 : 0];
  }

  #goesBackwards(waiting: readonly Waiting<Row>[], next: number | undefined): boolean {
    if (this.#last !== undefined) return this.#last > waiting[0].instants[0];
    if (next !== undefined) return next < waiting[0].instants[0];
    const steps = waiting.slice(1).map(({ wall }, index) => Math.sign(wall - waiting[index].wall));
    return steps.reduce((sum, step) => sum + step, 0) < 0;
  }
}

/** Where the second showing begins: at the one line that goes back; where none does, at the one that stands still. */
function turnOf(
  waiting: readonly { wall: number }[],
  backwards: boolean,
): { at: number; forwards: boolean } | undefined {
  const turns: number[] = [];
  const stills: number[] = [];
  for (let i = 1; i < waiting.length; i++) {
    const step = (waiting[i].wall - waiting[i - 1].wall) * (backwards ? -1 : 1);
    if (step < 0) turns.push(i);
    else if (step === 0) stills.push(i);
  }
  const at = turns.length === 0 ? stills : turns;
  return at.length === 1 ? { at: at[0], forwards: !backwards } : undefined;
}
