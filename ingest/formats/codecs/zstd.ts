/** Frames of Zstandard (RFC 8878), by the library that zarrita brings along, and no larger than they may be. */
import { registry } from 'zarrita';

/** Taken before another takes its place in the registry, see `zarr/codecs.ts`. */
const library = registry.get('zstd')!;

/**
 * @param most bytes that there may be when unpacked
 * @throws Error in words for people: the frame is damaged, or says that it is larger
 */
export async function unpackZstd(bytes: Uint8Array, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const size = sizeOf(bytes);
  if (size > most) throw new Error(`a Zstandard frame that says it has ${size} bytes`);
  const codec = (await library()).fromConfig({ level: 1 }, { dataType: 'uint8', shape: [], codecs: [], fillValue: 0 });
  const unpacked = (await codec.decode(bytes as never)) as never as Uint8Array<ArrayBuffer>;
  if (unpacked.length > most)
    throw new Error(`a Zstandard frame of ${unpacked.length} bytes, more than the ${most} of its place`);
  return unpacked;
}

/** The content size in a frame's header (RFC 8878, section 3.1.1.1); 0 where it is not told. */
function sizeOf(bytes: Uint8Array): number {
  if (bytes.length < 6) return 0;
  const descriptor = bytes[4];
  const oneSegment = (descriptor >> 5) & 1;
  const at = 5 + (1 - oneSegment) + [0, 1, 2, 4][descriptor & 3];
  const width = [oneSegment, 2, 4, 8][descriptor >> 6];
  if (at + width > bytes.length) return 0;
  let size = 0;
  for (let i = width - 1; i >= 0; i--) size = size * 256 + bytes[at + i];
  return width === 2 ? size + 256 : size;
}
