/**
 * The sense of touch: a cloud of points to three images, one from each of three orthogonal sides, which become three
 * channels (UniRepLKNet, section 4.2: three-view projections).
 *
 * Where a point lands is the public code's rule (`Point/models/layers/encoder.py`): the cell is the larger extent of the
 * view, divided by the size less 3; a point covers its own cell and the eight around it; the object stands in the middle.
 * What it leaves there is ours, since the public code's learnt colours need networks beside the network: how near the point
 * is to the viewer, from 1 at the nearest to FARTHEST at the farthest; the nearest is seen, and 0 is nothing.
 */
import { KernelcastError } from '../../../src/errors.ts';
import { emptyMap, type FeatureMap, type Size } from '../feature-map.ts';
import type { Points } from './read-points.ts';

export interface ProjectionOptions extends Partial<Size> {}

/** The views, each along an axis: what is to the right, what is down, what is away. */
const VIEWS = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
] as const;
/** How bright the farthest point still is. */
export const FARTHEST = 0.2;
/** The cells of a point's own 3 x 3 and one to spare, as in the public code. */
const MARGIN = 3;

/** @throws KernelcastError `USAGE` when the images are smaller than a point's mark. */
export function pointMap(points: Points, { height = 224, width = 224 }: ProjectionOptions = {}): FeatureMap {
  if (Math.min(height, width) <= MARGIN) {
    throw new KernelcastError('USAGE', `images of ${height} x ${width} are too small for points`);
  }
  const map = emptyMap(VIEWS.length, { height, width });
  for (const [channel, view] of VIEWS.entries()) {
    const image = map.values.subarray(channel * height * width, (channel + 1) * height * width);
    project(points, view, { height, width }, image);
  }
  return map;
}

function project(
  points: Points,
  [right, down, away]: readonly [number, number, number],
  { height, width }: Size,
  image: Float32Array,
): void {
  const [x, y, z] = [right, down, away].map((axis) => extentOf(points, axis));
  // One scale for both sides, so that nothing is stretched; of a single point, any.
  const cell = Math.max(x.extent / (width - MARGIN), y.extent / (height - MARGIN)) || 1;
  const columns = Math.floor(x.extent / cell) + MARGIN;
  const rows = Math.floor(y.extent / cell) + MARGIN;
  const [left, top] = [Math.floor((width - columns) / 2), Math.floor((height - rows) / 2)];
  for (let point = 0; point < points.length; point += 3) {
    const column = left + 1 + Math.floor((points[point + right] - x.least) / cell);
    const row = top + 1 + Math.floor((points[point + down] - y.least) / cell);
    const depth = z.extent > 0 ? (points[point + away] - z.least) / z.extent : 0;
    const nearness = 1 - (1 - FARTHEST) * depth;
    for (let i = row - 1; i <= row + 1; i++) {
      for (let j = column - 1; j <= column + 1; j++) {
        if (i < 0 || j < 0 || i >= height || j >= width) continue;
        image[i * width + j] = Math.max(image[i * width + j], nearness);
      }
    }
  }
}

function extentOf(points: Points, axis: number): { least: number; extent: number } {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = axis; i < points.length; i += 3) {
    least = Math.min(least, points[i]);
    most = Math.max(most, points[i]);
  }
  return { least, extent: most - least };
}
