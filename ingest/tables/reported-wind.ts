/**
 * The direction of a wind as reports have it. 990 and VRB are winds from no one direction; 0 is a calm, and where north is 360 a direction
 * of 0 beside a speed is one that varies (as in the METARs of the Aviation Weather Center). The speed stays what it is.
 */
import type { LeftOutTally } from '../quality/left-out.ts';

/** WMO code table 0877: 99 is 'variable, or all directions'; in degrees 990. */
export const VARIABLE_DEGREES = 990;

export interface ReportedDirection {
  /** Degrees; NaN where there is none. */
  degrees: number;
  /** m/s; undefined where the row does not tell it. */
  speed: number | undefined;
  /** Whether the cell is one of those that mean 'variable'. */
  isVariable: boolean;
  /** Whether 0 is north also where a wind blows. */
  isZeroNorth: boolean;
}

/** @returns degrees within 0..360, or NaN where the wind has no one direction */
export function reportedDirection(
  { degrees, speed, isVariable, isZeroNorth }: ReportedDirection,
  leftOut: LeftOutTally,
): number {
  const isCalm = speed === 0;
  if (isVariable || degrees === VARIABLE_DEGREES) {
    if (!isCalm) leftOut.add('variable-wind');
    return Number.NaN;
  }
  if (Number.isNaN(degrees)) return degrees;
  // Rounding and conversion of units may go a hair beyond.
  if (degrees < -0.01 || degrees > 360.01) {
    leftOut.add('no-direction');
    return Number.NaN;
  }
  if (degrees === 0 && !isZeroNorth && speed !== undefined && speed > 0) {
    leftOut.add('zero-direction');
    return Number.NaN;
  }
  return degrees;
}
