/**
 * The mean error of one model at each station, learned recursively: old errors are forgotten exponentially (a memory in days),
 * and a station of which little is known is drawn towards the mean of all stations, that towards zero (empirical Bayes). So it
 * works from the first day: with n days at a station and a shrinkage of k days the own mean has the weight n / (n + k), where k
 * is how the errors vary from day to day, beside how their means vary from station to station: that is learned too. This is the
 * steady state of the Kalman filters that correct station forecasts (Homleid 1995), applied to model output statistics
 * (Glahn & Lowry 1972). Errors are observation minus forecast: what is to be added.
 *
 * Cells are stations, or stations by hour of the day; pairs weigh what the caller says, in days.
 */
/** Cells that what was believed before anything is learned counts for. */
const PRIOR_CELLS = 2;
/** Cells that are known of less than this say nothing of how cells vary. */
const LEAST_DAYS = 0.5;
const LEAST_SHRINKAGE = 0.05;

export class ShrunkErrors {
  /** [cell] the days that are remembered, and the sum of their errors. */
  readonly weight: Float64Array;
  readonly sum: Float64Array;
  /** Of all cells together: days, and the sum of errors. */
  readonly pooled = new Float64Array(2);
  /** [1] the shrinkage, in days. */
  readonly shrinkage: Float64Array;
  readonly #mostShrinkage: number;
  readonly #pooledShrinkage: number;

  /**
   * @param shrinkage days at a cell that weigh as much as what is known of all of them, at the beginning and at most
   * @param pooledShrinkage days of all cells together that weigh as much as zero
   */
  constructor(cells: number, { shrinkage, pooledShrinkage }: { shrinkage: number; pooledShrinkage: number }) {
    this.weight = new Float64Array(cells);
    this.sum = new Float64Array(cells);
    this.shrinkage = new Float64Array([shrinkage]);
    this.#mostShrinkage = shrinkage;
    this.#pooledShrinkage = pooledShrinkage;
  }

  get state(): readonly Float64Array[] {
    return [this.weight, this.sum, this.pooled, this.shrinkage];
  }

  forget(keep: number): void {
    for (let cell = 0; cell < this.weight.length; cell++) {
      this.weight[cell] *= keep;
      this.sum[cell] *= keep;
    }
    this.pooled[0] *= keep;
    this.pooled[1] *= keep;
  }

  add(cell: number, error: number, days: number): void {
    this.weight[cell] += days;
    this.sum[cell] += error * days;
    this.pooled[0] += days;
    this.pooled[1] += error * days;
  }

  /** The expected error of a cell. */
  mean(cell: number): number {
    const [shrinkage] = this.shrinkage;
    return (this.sum[cell] + shrinkage * this.#all()) / (this.weight[cell] + shrinkage);
  }

  /** By how much the variance of an error is larger than it would be if the mean error were known: 1 + 1 / (n + k). */
  inflation(cell: number): number {
    return 1 + 1 / (this.weight[cell] + this.shrinkage[0]);
  }

  /**
   * Sets the shrinkage by how the cells' means vary, beyond what chance does.
   * @param variance of the errors of one cell about their mean
   */
  learnShrinkage(variance: number): void {
    const all = this.#all();
    let between = (PRIOR_CELLS * variance) / this.#mostShrinkage;
    let cells = PRIOR_CELLS;
    for (let cell = 0; cell < this.weight.length; cell++) {
      const weight = this.weight[cell];
      if (weight < LEAST_DAYS) continue;
      between += (this.sum[cell] / weight - all) ** 2 - variance / weight;
      cells++;
    }
    const wanted = (variance * cells) / Math.max(between, Number.MIN_VALUE);
    this.shrinkage[0] = Math.max(
      LEAST_SHRINKAGE,
      Math.min(this.#mostShrinkage, between > 0 ? wanted : Number.MAX_VALUE),
    );
  }

  #all(): number {
    return this.pooled[1] / (this.pooled[0] + this.#pooledShrinkage);
  }
}
