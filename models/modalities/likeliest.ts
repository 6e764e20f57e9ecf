/** Numbers and shares of the largest logits, the largest first. */
export function likeliest(logits: ArrayLike<number>, top: number): [index: number, share: number][] {
  const all = Array.from(logits);
  const most = all.reduce((a, b) => Math.max(a, b));
  const weights = all.map((logit) => Math.exp(logit - most));
  const sum = weights.reduce((a, b) => a + b);
  return weights
    .map((weight, index): [number, number] => [index, weight / sum])
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, top);
}
