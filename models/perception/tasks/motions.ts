/** Shapes that move in one of eight ways, sixteen frames of it. No single frame tells which way. */
import { type Random, seededRandom } from '../../../src/domain/random.ts';
import type { FeatureMap } from '../../modalities/feature-map.ts';
import { FRAMES, joinFrames } from '../../modalities/video/video.ts';
import { type DataSet, MAP_SIZE } from './data-set.ts';

const SIDE = MAP_SIZE / Math.sqrt(FRAMES);
const MOTIONS = ['left', 'right', 'up', 'down', 'clockwise', 'counter-clockwise', 'growing', 'shrinking'] as const;
type Motion = (typeof MOTIONS)[number];

export function openMotions(): DataSet {
  return {
    sense: 'video',
    task: 'which of eight ways a shape moves through sixteen frames, before a still background of noise',
    classes: MOTIONS,
    example(split, index) {
      const label = index % MOTIONS.length;
      return { label, map: film(MOTIONS[label], seededRandom(`motion ${split} ${index}`)) };
    },
  };
}

interface Pose {
  x: number;
  y: number;
  radius: number;
}

function film(motion: Motion, random: Random): FeatureMap {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const path = pathOf(motion, between);
  const corners = Math.floor(between(3, 7));
  const turn = between(0, 2 * Math.PI);
  const colour = [between(0.4, 1.6), between(0.4, 1.6), between(0.4, 1.6)];
  const background = Float32Array.from({ length: 3 * SIDE * SIDE }, () => 0.4 * random.normal());
  const frames = Array.from({ length: FRAMES }, (_, frame) => {
    const values = background.slice();
    const { x, y, radius } = path(frame / (FRAMES - 1));
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        if (!isInside(column - x, row - y, radius, corners, turn)) continue;
        for (let channel = 0; channel < 3; channel++) values[(channel * SIDE + row) * SIDE + column] = colour[channel];
      }
    }
    return { channels: 3, height: SIDE, width: SIDE, values };
  });
  return joinFrames(frames, 'tiles');
}

/** Where the shape is at which share of the film; pixels of a frame. */
function pathOf(motion: Motion, between: (low: number, high: number) => number): (share: number) => Pose {
  const radius = between(0.08, 0.14) * SIDE;
  const [x, y] = [between(0.35, 0.65) * SIDE, between(0.35, 0.65) * SIDE];
  const reach = between(0.15, 0.3) * SIDE;
  const start = between(0, 2 * Math.PI);
  const along = (dx: number, dy: number) => (share: number) => {
    return { x: x + dx * reach * (2 * share - 1), y: y + dy * reach * (2 * share - 1), radius };
  };
  const around = (sense: number) => (share: number) => {
    const angle = start + sense * share * 1.2 * Math.PI;
    return { x: x + reach * 0.8 * Math.cos(angle), y: y + reach * 0.8 * Math.sin(angle), radius };
  };
  const ways: Record<Motion, (share: number) => Pose> = {
    left: along(-1, 0),
    right: along(1, 0),
    up: along(0, -1),
    down: along(0, 1),
    clockwise: around(1),
    'counter-clockwise': around(-1),
    growing: (share) => ({ x, y, radius: radius * (0.6 + 1.2 * share) }),
    shrinking: (share) => ({ x, y, radius: radius * (1.8 - 1.2 * share) }),
  };
  return ways[motion];
}

/** A regular polygon. */
function isInside(dx: number, dy: number, radius: number, corners: number, turn: number): boolean {
  const sector = (2 * Math.PI) / corners;
  const angle = (((Math.atan2(dy, dx) - turn) % sector) + sector) % sector;
  return Math.hypot(dx, dy) * Math.cos(angle - sector / 2) <= radius * Math.cos(sector / 2);
}
