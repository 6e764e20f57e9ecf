/**
 * The inputs of a CorrFormer from observations: a variable's last 48 hours at the slots of a station tree, in units, and time
 * marks. The network knows no missing values: gaps are bridged linearly and held at the ends, a station without any value has
 * the mean of the others.
 */
import type { Series } from '../../../src/domain/series.ts';
import type { Hour } from '../../../src/domain/time.ts';
import type { VariableName } from '../../../src/domain/variables.ts';
import type { NamedTensor } from '../../weights/safetensors.ts';
import type { CorrFormerConfig } from '../config.ts';
import type { CorrFormerInputs } from '../network.ts';
import { TIME_MARKS, timeMarks } from './time-marks.ts';

/** What a slot of the tree is: a place in the observations' stations, or one of these. */
export const PADDING = -1;
export const ABSENT = -2;

export interface Window {
  observations: Series;
  init: Hour;
  /** [node * slot] */
  slots: readonly number[];
}

/** The shapes of the inputs for so many windows; -1 where the number is not fixed. */
export function corrFormerInputShapes(
  { inputHours, labelHours, leadHours }: CorrFormerConfig,
  slots: number,
  windows: number,
) {
  return {
    series: [windows, inputHours, slots],
    marks: [windows, inputHours, TIME_MARKS],
    decoderMarks: [windows, labelHours + leadHours, TIME_MARKS],
  };
}

/** Hours outside the observations count as missing. Windows without any value are zeros. */
export function corrFormerInputs(
  config: CorrFormerConfig,
  variable: VariableName,
  windows: readonly Window[],
): CorrFormerInputs<NamedTensor> {
  const { inputHours, labelHours, leadHours } = config;
  const shapes = corrFormerInputShapes(config, windows[0].slots.length, windows.length);
  const tensor = (shape: number[]) => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b)) });
  const inputs = {
    series: tensor(shapes.series),
    marks: tensor(shapes.marks),
    decoderMarks: tensor(shapes.decoderMarks),
  };
  for (const [index, { observations, init, slots }] of windows.entries()) {
    const series = inputs.series.values.subarray(
      index * inputHours * slots.length,
      (index + 1) * inputHours * slots.length,
    );
    readSlots(series, observations, variable, init, slots, inputHours);
    writeMarks(inputs.marks.values, index * inputHours, init - inputHours + 1, inputHours);
    const decoderHours = labelHours + leadHours;
    writeMarks(inputs.decoderMarks.values, index * decoderHours, init - labelHours + 1, decoderHours);
  }
  return inputs;
}

function writeMarks(marks: Float32Array, row: number, from: Hour, hours: number): void {
  for (let hour = 0; hour < hours; hour++) marks.set(timeMarks(from + hour), (row + hour) * TIME_MARKS);
}

/** @param series [hour, slot] */
function readSlots(
  series: Float32Array,
  observations: Series,
  variable: VariableName,
  init: Hour,
  slots: readonly number[],
  hours: number,
): void {
  const values = observations.variables[variable]?.values;
  const stations = observations.stations.length;
  const first = init - hours + 1 - observations.from;
  const empty: number[] = [];
  for (const [slot, station] of slots.entries()) {
    if (station === PADDING) continue;
    let previous = -1;
    for (let hour = 0; station >= 0 && values && hour < hours; hour++) {
      const row = first + hour;
      const value = row >= 0 && row < observations.hours ? values[row * stations + station] : Number.NaN;
      if (Number.isNaN(value)) continue;
      const before = previous < 0 ? value : series[previous * slots.length + slot];
      for (let gap = previous + 1; gap <= hour; gap++) {
        const share = previous < 0 ? 1 : (gap - previous) / (hour - previous);
        series[gap * slots.length + slot] = before + (value - before) * share;
      }
      previous = hour;
    }
    if (previous < 0) {
      empty.push(slot);
      continue;
    }
    const last = series[previous * slots.length + slot];
    for (let hour = previous + 1; hour < hours; hour++) series[hour * slots.length + slot] = last;
  }
  if (empty.length > 0) fillWithMean(series, slots, empty, hours);
}

function fillWithMean(series: Float32Array, slots: readonly number[], empty: readonly number[], hours: number): void {
  const without = new Set(empty);
  const known = [...slots.keys()].filter((slot) => slots[slot] !== PADDING && !without.has(slot));
  if (known.length === 0) return;
  for (let hour = 0; hour < hours; hour++) {
    const row = hour * slots.length;
    const mean = known.reduce((sum, slot) => sum + series[row + slot], 0) / known.length;
    for (const slot of empty) series[row + slot] = mean;
  }
}
