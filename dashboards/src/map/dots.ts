/** Dots written straight into picture data: as paths or as sprites, thousands of them take longer than a frame lasts. Pure. */

export type Rgb = readonly [red: number, green: number, blue: number];

/** Row by row from the top left; four bytes a pixel: red, green, blue, opacity. An `ImageData` is one. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** Lengths are in pixels of the picture. */
export interface DotStyle {
  radius: number;
  /** Width of the line around each dot, half of it within the radius. */
  edgeWidth: number;
  edge: Rgb;
  /** 0..1 */
  edgeOpacity: number;
}

/**
 * Puts a dot over what is there. Where its rim crosses a pixel, the pixel takes the share of it that the dot covers.
 * @param x,y its middle, pixels from the top left; any part of it may lie outside
 */
export function paintDot({ width, height, data }: Picture, x: number, y: number, fill: Rgb, style: DotStyle): void {
  const { radius, edgeWidth, edge, edgeOpacity } = style;
  const [outer, inner] = [radius + edgeWidth / 2, radius - edgeWidth / 2];
  const reach = outer + 0.5;
  const core = Math.max(0, inner - 0.5) ** 2;
  const [left, right] = [Math.max(0, Math.floor(x - reach)), Math.min(width - 1, Math.floor(x + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(y - reach)), Math.min(height - 1, Math.floor(y + reach))];
  for (let row = top; row <= bottom; row++) {
    const dy = row + 0.5 - y;
    for (let column = left; column <= right; column++) {
      const dx = column + 0.5 - x;
      const squared = dx * dx + dy * dy;
      if (squared >= reach * reach) continue;
      const at = (row * width + column) * 4;
      if (squared <= core) {
        data[at] = fill[0];
        data[at + 1] = fill[1];
        data[at + 2] = fill[2];
        data[at + 3] = 255;
        continue;
      }
      const distance = Math.sqrt(squared);
      const line = (covered(outer, distance) - covered(inner, distance)) * edgeOpacity;
      const disc = covered(radius, distance) * (1 - line);
      const below = (data[at + 3] / 255) * (1 - line - disc);
      const opacity = line + disc + below;
      if (opacity === 0) continue;
      for (let channel = 0; channel < 3; channel++) {
        const sum = edge[channel] * line + fill[channel] * disc + data[at + channel] * below;
        data[at + channel] = sum / opacity;
      }
      data[at + 3] = opacity * 255;
    }
  }
}

/** The share of a pixel so far from the middle that a disc covers. */
function covered(radius: number, distance: number): number {
  return Math.min(1, Math.max(0, radius - distance + 0.5));
}
