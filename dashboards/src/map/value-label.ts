/** The value of the chosen station, beside its ring. */
import type { Theme } from '../theme.ts';
import type { Size } from './viewport.ts';

/** Of the label, for text of 12 px. */
const HEIGHT = 20;
const PADDING = 7;
/** From the middle of the ring to the label. */
const DISTANCE = 13;

export function drawValueLabel(
  context: CanvasRenderingContext2D,
  label: string,
  [x, y]: readonly [number, number],
  size: Size,
  theme: Theme,
): void {
  if (Number.isNaN(x)) return;
  context.font = `600 ${theme.textSize(12)}px ${theme.font}`;
  const width = context.measureText(label).width + 2 * PADDING;
  // On the other side where it would stick out.
  const left = x + DISTANCE + width > size.width ? x - DISTANCE - width : x + DISTANCE;
  const height = theme.textSize(HEIGHT);
  context.beginPath();
  context.roundRect(left, y - height / 2, width, height, height / 2);
  context.fillStyle = theme.surface;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = theme.dotEdge;
  context.stroke();
  context.fillStyle = theme.ink;
  context.textBaseline = 'middle';
  context.fillText(label, left + PADDING, y + 0.5);
}
