/**
 * Bilinear resizing as OpenCV does it to bytes (`cv2.resize`, INTER_LINEAR), which the reference's video reader uses: each
 * pixel between the four around its place, without a filter however much the picture shrinks, in whole numbers of 11 bits.
 */
import type { Raster } from '../image/raster.ts';

const SCALE = 2 ** 11;

interface Between {
  /** The two pixels, */
  low: number;
  high: number;
  /** and the shares of them, in whole 2^-11. */
  lowShare: number;
  highShare: number;
}

export function resizeAsOpenCv({ width: fromWidth, height: fromHeight, rgb }: Raster, width: number, height: number) {
  const columns = placesOf(fromWidth, width, true);
  const rows = placesOf(fromHeight, height, false);
  const across = (row: number, { low, high, lowShare, highShare }: Between, channel: number) =>
    rgb[(row * fromWidth + low) * 3 + channel] * lowShare + rgb[(row * fromWidth + high) * 3 + channel] * highShare;
  const result = new Uint8Array(width * height * 3);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      for (let channel = 0; channel < 3; channel++) {
        const above = (row.lowShare * (across(row.low, column, channel) >> 4)) >> 16;
        const below = (row.highShare * (across(row.high, column, channel) >> 4)) >> 16;
        result[(y * width + x) * 3 + channel] = Math.min(255, Math.max(0, (above + below + 2) >> 2));
      }
    }
  }
  return { width, height, rgb: result } satisfies Raster;
}

/** Beyond the outer pixels OpenCV takes these alone across, but blends them with themselves downwards, which rounds twice. */
function placesOf(from: number, to: number, isAlone: boolean): Between[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const place = Math.fround((i + 0.5) * scale - 0.5);
    let low = Math.floor(place);
    let share = Math.fround(place - low);
    if (isAlone && low < 0) [low, share] = [0, 0];
    if (isAlone && low >= from - 1) [low, share] = [from - 1, 0];
    const inside = (pixel: number) => Math.min(from - 1, Math.max(0, pixel));
    const shares = { lowShare: halfEven((1 - share) * SCALE), highShare: halfEven(share * SCALE) };
    return { low: inside(low), high: inside(low + 1), ...shares };
  });
}

/** As the processor rounds. */
function halfEven(value: number): number {
  const whole = Math.floor(value);
  const rest = value - whole;
  if (rest === 0.5) return whole + (whole % 2);
  return Math.round(value);
}
