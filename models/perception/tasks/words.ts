/**
 * Words of a language of whistles: four of six glides in an order that is the word, by speakers of different pitch, pace and
 * loudness, with a noise behind. Words share their syllables, so that only their order tells them apart.
 */
import { type Random, seededRandom } from '../../../src/domain/random.ts';
import { audioMap } from '../../modalities/audio/audio.ts';
import { type DataSet, MAP_SIZE } from './data-set.ts';

const RATE = 16_000;
const SECONDS = 1.95;
/** From and to, in Hz, with which harmonic is loudest. */
const SYLLABLES = {
  la: [400, 700, 1],
  pu: [700, 400, 2],
  ti: [1100, 1100, 1],
  ro: [500, 500, 3],
  mi: [900, 1500, 2],
  ko: [1500, 900, 1],
} as const;
const WORDS = [
  'latirome',
  'tilarome',
  'rolatime',
  'pukolati',
  'kopulati',
  'latikopu',
  'mikotila',
  'komitila',
  'titilako',
  'tilatiko',
];

export function openWords(): DataSet {
  return {
    sense: 'audio',
    task: 'which of ten words was whistled (four glides each, made from sines and noise; the order tells words apart)',
    classes: WORDS,
    example(split, index) {
      const label = index % WORDS.length;
      const random = seededRandom(`word ${split} ${index}`);
      const samples = speak(WORDS[label], random);
      const map = audioMap({ rate: RATE, channels: [samples] }, { frames: MAP_SIZE, bins: MAP_SIZE });
      return { label, map };
    },
  };
}

function speak(word: string, random: Random): Float64Array {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const samples = Float64Array.from({ length: RATE * SECONDS }, () => 0.05 * random.normal());
  const [pitch, pace, loudness] = [between(0.75, 1.35), between(0.75, 1.25), between(0.1, 0.5)];
  let start = between(0.02, 0.3);
  for (let at = 0; at < word.length; at += 2) {
    const [from, to, strongest] = SYLLABLES[word.slice(at, at + 2).replace('me', 'mi') as keyof typeof SYLLABLES];
    const seconds = between(0.22, 0.34) * pace;
    const first = Math.floor(start * RATE);
    let phase = 0;
    for (let i = 0; i < seconds * RATE && first + i < samples.length; i++) {
      const share = i / (seconds * RATE);
      phase += (2 * Math.PI * pitch * (from + (to - from) * share)) / RATE;
      const envelope = loudness * Math.sin(Math.PI * share);
      for (let harmonic = 1; harmonic <= 3; harmonic++) {
        const strength = harmonic === strongest ? 1 : 0.4;
        samples[first + i] += envelope * strength * Math.sin(harmonic * phase);
      }
    }
    start += seconds + between(0, 0.05);
  }
  return samples;
}
