/** The particles on the page: a canvas of their own whose trails fade; stands still while nobody looks. */
import type { Theme } from '../theme.ts';
import { openCanvas } from './canvas.ts';
import { advance, LIFE, type Particles, STRIDE, type WindGrid } from './flow.ts';
import type { Projection } from './projection.ts';
import type { Size, Viewport } from './viewport.ts';

/** Square pixels of map a particle. */
const ROOM = 420;
const MOST = 2600;
/** Pixels a frame at 1 m/s. */
const DRIFT = 0.16;
/** What is left of a trail after a frame. */
const FADE = 0.93;
const TRIES = 6;

export interface FlowScene {
  projection: Projection;
  viewport: Viewport;
  size: Size;
  theme: Theme;
  wind: WindGrid;
}

export interface FlowLayer {
  /** Undefined: no particles. */
  show(scene: FlowScene | undefined): void;
}

export function createFlowLayer(canvas: HTMLCanvasElement, random: () => number = Math.random): FlowLayer {
  let scene: FlowScene | undefined;
  let particles: Particles = new Float64Array();
  let context: CanvasRenderingContext2D | undefined;
  let requested = 0;

  function spawn(): [number, number] | undefined {
    if (!scene) return undefined;
    const { projection, viewport, size } = scene;
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const place = projection.unproject(viewport, size, random() * size.width, random() * size.height);
      if (place) return [place.longitude, place.latitude];
    }
    return undefined;
  }

  function populate({ size }: FlowScene): void {
    const count = Math.min(MOST, Math.round((size.width * size.height) / ROOM));
    particles = new Float64Array(count * STRIDE);
    for (let at = 0; at < particles.length; at += STRIDE) {
      const [longitude, latitude] = spawn() ?? [Number.NaN, Number.NaN];
      particles.set([longitude, latitude, Math.floor(random() * LIFE)], at);
    }
  }

  function positions({ projection, viewport, size }: FlowScene): Float64Array {
    const places = new Float64Array((particles.length / STRIDE) * 2);
    for (let at = 0, to = 0; at < particles.length; at += STRIDE, to += 2) {
      const [x, y] = projection.project(viewport, size, particles[at], particles[at + 1]);
      places[to] = x;
      places[to + 1] = y;
    }
    return places;
  }

  function frame(): void {
    requested = 0;
    if (!scene || !context || document.hidden) return;
    const { size, theme, wind, viewport } = scene;
    context.globalCompositeOperation = 'destination-in';
    context.fillStyle = `rgb(0 0 0 / ${FADE})`;
    context.fillRect(0, 0, size.width, size.height);
    context.globalCompositeOperation = 'source-over';
    const before = positions(scene);
    advance(particles, wind, viewport.scale, DRIFT, spawn, random);
    const after = positions(scene);
    context.beginPath();
    for (let at = 0; at < after.length; at += 2) {
      const [dx, dy] = [after[at] - before[at], after[at + 1] - before[at + 1]];
      // A long way in one frame is a new life, or a step over the map's edge. NaN fails too.
      if (!(Math.abs(dx) + Math.abs(dy) < 24)) continue;
      context.moveTo(before[at], before[at + 1]);
      context.lineTo(after[at], after[at + 1]);
    }
    context.strokeStyle = theme.flow;
    context.lineWidth = 1.15;
    context.stroke();
    run();
  }

  function run(): void {
    if (requested === 0 && scene && !document.hidden) requested = requestAnimationFrame(frame);
  }
  document.addEventListener('visibilitychange', run);

  return {
    show(next) {
      const moved =
        next?.viewport !== scene?.viewport || next?.size !== scene?.size || next?.projection !== scene?.projection;
      const wasShown = scene !== undefined;
      scene = next;
      canvas.hidden = next === undefined;
      if (!next) return;
      if (moved || !wasShown || !context) {
        context = openCanvas(canvas, next.size);
        populate(next);
      }
      run();
    },
  };
}
