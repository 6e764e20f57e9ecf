/**
 * What the network sees of a station by itself: the 48 hours from its recent climate and which of them were observed, that
 * climate, where the sun stands and will stand, and what the place is like.
 *
 * South of the equator everything is turned over: latitude and the wind from south to north change their sign, and half a year is
 * added. The laws of weather are the same there, so that one network learns of both hemispheres at once.
 */
import type { Point } from '../../../src/domain/geo.ts';
import type { Station } from '../../../src/domain/station.ts';
import { solarMarks } from '../../../src/domain/sun.ts';
import type { Hour } from '../../../src/domain/time.ts';
import { INPUT_HOURS } from '../config.ts';
import type { StationWindows } from '../station-windows.ts';
import { CHANNELS, LEAD_HOURS, SCALES, TARGETS } from './config.ts';

const TEMPERATURE = 0;
const V = 2;
/** The channels whose gaps differ: temperature, components, speed. */
const OBSERVED = [0, 1, 3];
const PLACE_FEATURES = 5;
const SUN_FEATURES = 5;
/** Of the mean temperature. */
const CLIMATE_SCALE = 20;
/** Whole days, so that the hours of the day stay. */
const HALF_YEAR = 183 * 24;

/** The anomalies stand first, [hour, channel]. */
export const OWN_SERIES = INPUT_HOURS * CHANNELS;
export const OWN_FEATURES =
  OWN_SERIES + INPUT_HOURS * OBSERVED.length + TARGETS + 2 * CHANNELS + PLACE_FEATURES + SUN_FEATURES + LEAD_HOURS;

/** -1 for a channel that changes its sign south of the equator, there; else 1. */
export function turned({ latitude }: Point, channel: number): number {
  return channel === V && latitude < 0 ? -1 : 1;
}

/** @param into [OWN_FEATURES] */
export function writeOwnFeatures(
  into: Float32Array,
  station: Station,
  init: Hour,
  { anomalies, observed, climate, means, known }: StationWindows,
  window: number,
): void {
  let at = 0;
  const unit = SCALES.map((scale, channel) => turned(station, channel) / scale);
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      into[at++] = anomalies[(window * INPUT_HOURS + hour) * CHANNELS + channel] * unit[channel];
    }
  }
  for (let hour = 0; hour < INPUT_HOURS; hour++) {
    for (const channel of OBSERVED) into[at++] = observed[(window * INPUT_HOURS + hour) * CHANNELS + channel];
  }
  const mean = (channel: number) => means[window * CHANNELS + channel];
  for (let lead = 0; lead < LEAD_HOURS; lead++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const value = climate[(window * LEAD_HOURS + lead) * CHANNELS + channel];
      into[at++] = Number.isNaN(mean(channel)) ? 0 : (value - mean(channel)) * unit[channel];
    }
  }
  for (let channel = 0; channel < CHANNELS; channel++) {
    const isKnown = !Number.isNaN(mean(channel));
    into[at++] = isKnown ? 1 : 0;
    into[at++] = isKnown
      ? channel === TEMPERATURE
        ? mean(channel) / CLIMATE_SCALE
        : mean(channel) * unit[channel]
      : 0;
  }
  const north: Point = { latitude: Math.abs(station.latitude), longitude: station.longitude };
  const then = station.latitude < 0 ? init + HALF_YEAR : init;
  const latitude = (north.latitude * Math.PI) / 180;
  into[at++] = known[window];
  into[at++] = Math.sin(latitude);
  into[at++] = Math.cos(latitude);
  into[at++] = station.elevation === null ? 0 : 1;
  into[at++] = (station.elevation ?? 0) / 1000;
  into.set(solarMarks(north, then), at);
  at += SUN_FEATURES;
  for (let lead = 1; lead <= LEAD_HOURS; lead++) into[at++] = solarMarks(north, then + lead)[SUN_FEATURES - 1];
}
