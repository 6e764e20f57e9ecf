/**
 * Weights of experts that are learned online: Bernstein online aggregation (Wintenberger 2017, "Optimal learning with
 * Bernstein online aggregation"), with learning rates that set themselves, on the gradient of the loss, as Berrisch & Ziel
 * (2023, "CRPS learning") use it. The loss is convex in the weights, so what is bounded is the regret against the best *fixed
 * convex combination* in hindsight, and against the best single expert all the more: after T rounds it is at most of the
 * order of sqrt(T log(experts)), whatever the forecasts and the weather do.
 *
 *     const weights = new BernsteinWeights(groups, experts);
 *     weights.of(group, expert);          // before anything is learned: 1 / experts
 *     weights.learn(group, regrets);      // regret = gradient * (the mixture's forecast - the expert's), 0 of one that slept
 *
 * Each group (a lead band, a station) learns for itself. The state is three numbers and a weight for each group and expert.
 */
export class BernsteinWeights {
  readonly experts: number;
  /** [group, expert] each; `weights` sum to one in a group. */
  readonly weights: Float64Array;
  readonly #regret: Float64Array;
  readonly #squares: Float64Array;
  readonly #largest: Float64Array;
  readonly #logPrior: Float64Array;

  /** @param prior the weights at the beginning, [expert]; by default all alike */
  constructor(groups: number, experts: number, prior?: readonly number[]) {
    this.experts = experts;
    this.weights = new Float64Array(groups * experts);
    this.#regret = new Float64Array(groups * experts);
    this.#squares = new Float64Array(groups * experts);
    this.#largest = new Float64Array(groups * experts);
    this.#logPrior = Float64Array.from({ length: experts }, (_, expert) => Math.log(prior?.[expert] ?? 1 / experts));
    for (let at = 0; at < this.weights.length; at++) this.weights[at] = Math.exp(this.#logPrior[at % experts]);
  }

  /** All that was learned, to be written down and taken up again. */
  get state(): readonly Float64Array[] {
    return [this.weights, this.#regret, this.#squares, this.#largest];
  }

  of(group: number, expert: number): number {
    return this.weights[group * this.experts + expert];
  }

  /**
   * One round of a group.
   * @param regrets [expert] linearised: how much better each did than the mixture; what is not finite counts as 0
   * @param keep the share of what was learned before that stays, below 1 to forget
   */
  learn(group: number, regrets: ArrayLike<number>, keep = 1): void {
    const { experts } = this;
    if (experts === 1) return;
    const first = group * experts;
    let highest = Number.NEGATIVE_INFINITY;
    for (let expert = 0; expert < experts; expert++) {
      const at = first + expert;
      const regret = Number.isFinite(regrets[expert]) ? regrets[expert] : 0;
      this.#largest[at] = Math.max(this.#largest[at], Math.abs(regret));
      this.#squares[at] = this.#squares[at] * keep + regret * regret;
      // The bound that the rate respects is a power of two, so that it changes seldom.
      const bound = this.#largest[at] > 0 ? 2 ** Math.ceil(Math.log2(this.#largest[at])) : 0;
      const rate = this.#rate(at, expert, bound);
      const overshot = rate * regret > 0.5 ? bound : 0;
      this.#regret[at] = this.#regret[at] * keep + 0.5 * (regret - rate * regret * regret + overshot);
      this.weights[at] = this.#logPrior[expert] + Math.log(rate) + rate * this.#regret[at];
      highest = Math.max(highest, this.weights[at]);
    }
    let sum = 0;
    for (let at = first; at < first + experts; at++) {
      this.weights[at] = Math.exp(this.weights[at] - highest);
      sum += this.weights[at];
    }
    for (let at = first; at < first + experts; at++) this.weights[at] /= sum;
  }

  #rate(at: number, expert: number, bound: number): number {
    if (bound === 0) return 1;
    return Math.min(1 / bound, Math.sqrt(-this.#logPrior[expert] / this.#squares[at]));
  }
}
