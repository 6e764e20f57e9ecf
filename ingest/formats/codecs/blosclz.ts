/** Streams of BloscLZ, the packer that Blosc came with first (`blosclz.c` of c-blosc; FastLZ's second level). */

const FARTHEST = 8191;

/**
 * Unpacks a stream into the whole of `target`.
 * @throws RangeError: the stream is damaged, or does not fill the target
 */
export function unpackBlosclz(source: Uint8Array, target: Uint8Array): void {
  let from = 0;
  let to = 0;
  const next = (): number => {
    if (from >= source.length) throw new RangeError('the stream breaks off');
    return source[from++];
  };
  // The first byte names no match: its upper bits are those of a run of literals.
  let control = next() & 31;
  for (;;) {
    if (control >= 32) {
      let length = (control >> 5) - 1;
      let distance = (control & 31) << 8;
      if (length === 6) {
        let more: number;
        do {
          more = next();
          length += more;
        } while (more === 255);
      }
      const low = next();
      length += 3;
      distance += low;
      if (low === 255 && distance === (31 << 8) + 255) distance = ((next() << 8) | next()) + FARTHEST;
      distance += 1;
      if (distance > to || to + length > target.length) throw new RangeError('a match runs over');
      for (let i = 0; i < length; i++) target[to + i] = target[to + i - distance];
      to += length;
    } else {
      const literals = control + 1;
      if (from + literals > source.length || to + literals > target.length) throw new RangeError('literals run over');
      target.set(source.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    }
    if (from >= source.length) break;
    control = source[from++];
  }
  if (to !== target.length) throw new RangeError(`${to} bytes instead of ${target.length}`);
}
