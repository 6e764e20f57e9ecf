/**
 * The sense of hearing: a sound to a one-channel image of its log-mel filterbank. Settings are those published for
 * Speech Commands (`Audio/egs/speechcommands/run_sc.sh`): 128 frames (what is shorter is padded with zeros, what is longer
 * is cut), less the data set's mean, divided by twice its standard deviation.
 *
 * The paper's text has time along the rows, [1, T, F]; its code turns the image, [1, F, T]. Both are here: `rows`.
 */
import { KernelcastError } from '../../../src/errors.ts';
import type { FeatureMap } from '../feature-map.ts';
import { fbank } from './fbank.ts';
import type { Waveform } from './wav.ts';

export interface AudioOptions {
  /** Frames of 10 ms. */
  frames?: number;
  /** Of the mel scale. */
  bins?: number;
  /** Of the log-mel values of the data set that the network was trained on. */
  mean?: number;
  std?: number;
  /** What runs down the image: `time` as in the paper, `frequency` as in the public code. */
  rows?: 'time' | 'frequency';
}

export const SPEECH_COMMANDS = { frames: 128, bins: 128, mean: -6.845978, std: 5.5654526 } as const;

/** Of several channels the first is heard, after the mean of all has been taken off, as in the reference. */
export function audioMap({ rate, channels }: Waveform, options: AudioOptions = {}): FeatureMap {
  const { frames, bins, mean, std, rows = 'time' } = { ...SPEECH_COMMANDS, ...options };
  const [first] = channels;
  if (!first || first.length === 0) throw new KernelcastError('TOO_LITTLE_DATA', 'the sound holds no samples');
  const average = meanOf(channels);
  const spectrum = fbank(
    first.map((value) => value - average),
    { rate, bins },
  );
  const values = new Float32Array(frames * bins);
  for (let frame = 0; frame < frames; frame++) {
    for (let bin = 0; bin < bins; bin++) {
      const value = frame < spectrum.frames ? spectrum.values[frame * bins + bin] : 0;
      values[rows === 'time' ? frame * bins + bin : bin * frames + frame] = (value - mean) / (2 * std);
    }
  }
  return rows === 'time'
    ? { channels: 1, height: frames, width: bins, values }
    : { channels: 1, height: bins, width: frames, values };
}

function meanOf(channels: readonly Float64Array[]): number {
  let [sum, count] = [0, 0];
  for (const channel of channels) {
    for (const value of channel) sum += value;
    count += channel.length;
  }
  return sum / count;
}
