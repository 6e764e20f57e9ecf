/** Readers of option values that say what is wrong with them. */
import type { SamplingMethod } from '../../../ingest/sampling/sampling-plan.ts';
import { KernelcastError } from '../../errors.ts';

/** How grids are sampled: the words of ingest, without loading what samples. */
export const SAMPLING_METHODS: readonly SamplingMethod[] = ['bilinear', 'nearest', 'inverse-distance'];

/** @throws KernelcastError `USAGE` unless the text is a number above zero */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  throw new KernelcastError('USAGE', `'${text}' is not a number above zero`);
}

/** @throws KernelcastError `USAGE` unless the text is a whole number above zero */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new KernelcastError('USAGE', `'${text}' is not a whole number above zero`);
}

/** @throws KernelcastError `USAGE` unless the text is a whole number from 0 to 65535 */
export function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new KernelcastError('USAGE', `'${text}' is not a port`, { hint: 'Choose a number from 0 to 65535; 0 is any.' });
}
