/** A canvas that is as sharp as the screen: drawn in CSS pixels, backed by device pixels. */
import type { Size } from './viewport.ts';

/** Fits the backing store to the size on the page; returns a cleared context that draws in CSS pixels. */
export function openCanvas(canvas: HTMLCanvasElement, size: Size): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = contextOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  return context;
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no 2-D canvas');
  return context;
}

const known = new Map<string, [rgb: readonly [number, number, number], opacity: number]>();

/** A colour as CSS writes it, taken apart: 0..255 each, and 0..1. */
export function channelsOf(colour: string): [rgb: readonly [number, number, number], opacity: number] {
  let channels = known.get(colour);
  if (!channels) {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1, 1];
    const context = contextOf(canvas);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, opacity] = context.getImageData(0, 0, 1, 1).data;
    channels = [[red, green, blue], opacity / 255];
    known.set(colour, channels);
  }
  return channels;
}
