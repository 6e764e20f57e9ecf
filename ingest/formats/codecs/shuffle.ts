/** The bytes of numbers, sorted by their place in a number, so that they pack better: what HDF5, Blosc and numcodecs call shuffle. */

/** First all first bytes, then all second bytes, ... back to number after number; what is left over stays. */
export function unshuffleBytes(source: Uint8Array, typeSize: number, target: Uint8Array): void {
  const numbers = Math.floor(source.length / typeSize);
  for (let byte = 0; byte < typeSize; byte++) {
    const from = byte * numbers;
    for (let i = 0, to = byte; i < numbers; i++, to += typeSize) target[to] = source[from + i];
  }
  target.set(source.subarray(numbers * typeSize), numbers * typeSize);
}
