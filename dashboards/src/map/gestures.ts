/** Pointers, wheel and keys on the map, told as what the person means: move, zoom, point at, choose. */

export interface MapGestures {
  pan(dx: number, dy: number): void;
  zoom(factor: number, x: number, y: number): void;
  /** The pointer is at a place, or (undefined) has left. */
  hover(at: { x: number; y: number } | undefined): void;
  /** @param reach how far off, in pixels, a finger or a mouse may be. */
  choose(x: number, y: number, reach: number): void;
  /** An arrow key: towards (dx, dy), each -1, 0 or 1. */
  step(dx: number, dy: number): void;
}

const CLICK_SLACK = 5;
const MOUSE_REACH = 14;
const FINGER_REACH = 26;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function listenForGestures(target: HTMLElement, gestures: MapGestures): void {
  const pointers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  const at = (event: { clientX: number; clientY: number }): { x: number; y: number } => {
    const box = target.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  target.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    target.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at(event));
    if (pointers.size === 1) travelled = 0;
  });
  target.addEventListener('pointermove', (event) => {
    const now = at(event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType === 'mouse') gestures.hover(now);
      return;
    }
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    travelled += Math.hypot(dx, dy);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (other) {
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
      gestures.pan(dx / 2, dy / 2);
      gestures.zoom(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else if (travelled > CLICK_SLACK) {
      gestures.hover(undefined);
      gestures.pan(dx, dy);
    }
  });
  target.addEventListener('pointerup', (event) => {
    if (!pointers.delete(event.pointerId) || travelled > CLICK_SLACK) return;
    const { x, y } = at(event);
    gestures.choose(x, y, event.pointerType === 'mouse' ? MOUSE_REACH : FINGER_REACH);
  });
  target.addEventListener('pointercancel', (event) => pointers.delete(event.pointerId));
  target.addEventListener('pointerleave', () => gestures.hover(undefined));
  target.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { x, y } = at(event);
      // Lines or pages instead of pixels: bring them to about the same feel.
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : 30);
      gestures.zoom(Math.exp(-Math.max(-240, Math.min(240, pixels)) / 400), x, y);
    },
    { passive: false },
  );
  target.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { width, height } = target.getBoundingClientRect();
    const arrow = ARROWS[event.key];
    if (arrow) gestures.step(...arrow);
    else if (event.key === '+' || event.key === '=') gestures.zoom(1.5, width / 2, height / 2);
    else if (event.key === '-') gestures.zoom(1 / 1.5, width / 2, height / 2);
    else return;
    event.preventDefault();
  });
}
