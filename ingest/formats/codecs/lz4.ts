/** Blocks of LZ4, after "LZ4 Block Format Description": strict, for no library at hand says when a block is damaged. */

/**
 * Unpacks a block into the whole of `target`.
 * @throws RangeError: the block is damaged, or does not fill the target
 */
export function unpackLz4(source: Uint8Array, target: Uint8Array): void {
  let from = 0;
  let to = 0;
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    if (nibble < 15) return length;
    for (;;) {
      if (from >= source.length) throw new RangeError('the block breaks off');
      const more = source[from++];
      length += more;
      if (more < 255) return length;
    }
  };
  while (from < source.length) {
    const token = source[from++];
    const literals = lengthFrom(token >> 4);
    if (from + literals > source.length || to + literals > target.length) throw new RangeError('literals run over');
    // A short copy by hand is faster than a call.
    if (literals > 32) target.set(source.subarray(from, from + literals), to);
    else for (let i = 0; i < literals; i++) target[to + i] = source[from + i];
    from += literals;
    to += literals;
    // "The last sequence contains only literals."
    if (from === source.length) break;
    if (from + 2 > source.length) throw new RangeError('the block breaks off');
    const distance = source[from] | (source[from + 1] << 8);
    from += 2;
    const length = lengthFrom(token & 15) + 4;
    if (distance === 0 || distance > to || to + length > target.length) throw new RangeError('a match runs over');
    if (distance >= length && length > 32) target.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i++) target[to + i] = target[to + i - distance];
    to += length;
  }
  if (to !== target.length) throw new RangeError(`${to} bytes instead of ${target.length}`);
}
