/** Which known name a person may have meant. */

/** Looking through more would take longer than a guess is worth. */
const MOST_CANDIDATES = 2000;

/** The known name with the fewest edits from `name`, if these are few enough to be a slip; letter case does not count. */
export function closest(name: string, known: readonly string[]): string | undefined {
  const given = name.slice(0, 64).toLowerCase();
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const candidate of known.slice(0, MOST_CANDIDATES)) {
    // So many letters more or less are so many edits at the least.
    if (Math.abs(candidate.length - given.length) >= fewest) continue;
    const edits = editDistance(given, candidate.toLowerCase(), fewest);
    if (edits >= fewest) continue;
    fewest = edits;
    best = candidate;
  }
  return best;
}

/** Levenshtein: insertions, deletions and substitutions, one row of the table at a time; `enough` or more where there are so many. */
function editDistance(a: string, b: string, enough: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  let next = [...row];
  for (let i = 1; i <= a.length; i++) {
    next[0] = i;
    let fewest = i;
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      fewest = Math.min(fewest, next[j]);
    }
    // No row has fewer than the one above it.
    if (fewest >= enough) return fewest;
    [row, next] = [next, row];
  }
  return row[b.length];
}
