/**
 * How the hours of a forecast hang together. Quantiles tell of each hour alone; rank paths tell which errors come after which:
 * each is what was once observed through the hours of a forecast, as its ranks among the other paths, hour by hour. Read through the
 * quantiles of today's forecast it becomes a member of an ensemble, with today's spread and the past's dependence: the Schaake
 * shuffle (Clark, Gangopadhyay, Hay, Rajagopalan & Wilby 2004), an empirical copula (Schefzik, Thorarinsdottir & Gneiting 2013).
 */
import type { VariableName } from './variables.ts';

/**
 * By variable, [time, path], of all stations of a forecast: the hour's rank in (0, 1). Those of an hour are evenly spread, so that
 * the members of an hour have the distribution of its forecast, to within one part in the number of paths.
 */
export type RankPaths = Partial<Record<VariableName, Float32Array>>;

/** `temperature_2m_ranks`: what the column of a variable is called in files. */
export function ranksColumn(name: VariableName): string {
  return `${name}_ranks`;
}

/**
 * The probability that a threshold is passed in one hour at least, as the share of members that do. Never outside of what the
 * hours' own probabilities allow: it is at least the greatest, and at most their sum.
 * @param probabilities that it is passed in each of some consecutive hours, 0..1; NaN in one of them makes the result NaN
 * @param ranks [time, path] of these hours
 * @param side on which of the threshold: where it is `over`, it is the members of the highest ranks that pass it
 */
export function probabilityAtAnyHour(
  probabilities: readonly number[],
  ranks: Float32Array,
  side: 'over' | 'under',
): number {
  // Math.max gives NaN where one of the values is.
  const least = Math.max(...probabilities);
  if (Number.isNaN(least) || least === 0 || least === 1) return least;
  const paths = ranks.length / probabilities.length;
  let passing = 0;
  for (let path = 0; path < paths; path++) {
    const passes = probabilities.some((probability, hour) => {
      const rank = ranks[hour * paths + path];
      return side === 'over' ? rank > 1 - probability : rank < probability;
    });
    if (passes) passing++;
  }
  const sum = probabilities.reduce((total, probability) => total + probability, 0);
  return Math.min(Math.max(passing / paths, least), sum, 1);
}
