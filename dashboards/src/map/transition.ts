/** The way of the dots from one hour's colours to the next hour's. */
import { blend } from './weather.ts';

/** Milliseconds. */
const DURATION = 260;

export interface Transition {
  /** From the colours on show to those of another hour. @param now ms of the browser's clock */
  begin(now: number): void;
  /** Shows the next hour at once. */
  skip(): void;
  /** The colours of this very moment, and whether they are still on their way. @param target those of the hour */
  at(now: number, target: Float32Array): { value: Float32Array; isUnderWay: boolean };
}

export function createTransition(): Transition {
  let shown: Float32Array = new Float32Array();
  let origin: { value: Float32Array; at: number } | undefined;
  return {
    begin(now) {
      origin = { value: shown, at: now };
    },
    skip() {
      origin = undefined;
    },
    at(now, target) {
      const share = origin ? (now - origin.at) / DURATION : 1;
      shown = origin ? blend(origin.value, target, share) : target;
      if (share >= 1) origin = undefined;
      return { value: shown, isUnderWay: share < 1 };
    },
  };
}
