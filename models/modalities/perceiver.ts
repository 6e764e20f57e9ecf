/** A network that names things, with what its maps are made with: from an artefact, or a bare checkpoint. */
import { readFile } from 'node:fs/promises';
import { KernelcastError } from '../../src/errors.ts';
import { type Backbone, isFolder, openBackbone, readBackboneManifest } from '../unireplknet/backbone.ts';
import { type Perception, perceptionSchema } from './sense.ts';

export interface Perceiver {
  backbone: Backbone;
  perception: Perception;
  labels?: readonly string[];
}

/**
 * @param sense that the file is for. An artefact that says nothing of senses takes any, with the published settings.
 * @throws KernelcastError `USAGE` when the model is for another sense.
 */
export async function openPerceiver(path: string, sense: Perception['sense']): Promise<Perceiver> {
  const manifest = (await isFolder(path)) ? await readBackboneManifest(path) : undefined;
  const stored = manifest?.perception;
  const perception = stored ? perceptionSchema.parse(stored) : perceptionSchema.parse({ sense });
  if (perception.sense !== sense) {
    throw new KernelcastError(
      'USAGE',
      `the file is for the sense '${sense}', and the model for '${perception.sense}'`,
      {
        where: { model: path },
      },
    );
  }
  return { backbone: await openBackbone(path), perception, labels: manifest?.labels };
}

/**
 * @param size of pictures, frames or images of points; of sounds, the frames
 * @throws KernelcastError `USAGE` when there is no such sense.
 */
export function perceptionOf(sense: string, size?: number): Perception {
  const sizes = { size, height: size, width: size, frames: size };
  const keys: Record<string, (keyof typeof sizes)[]> = {
    image: ['size'],
    audio: ['frames'],
    points: ['height', 'width'],
    video: ['size'],
  };
  if (!Object.hasOwn(keys, sense)) {
    throw new KernelcastError('USAGE', `there is no sense '${sense}'`, {
      hint: `One of ${Object.keys(keys).join(', ')}.`,
    });
  }
  return perceptionSchema.parse({ sense, ...Object.fromEntries(keys[sense].map((key) => [key, sizes[key]])) });
}

/** A label a line; a line of an index, a tab or comma, and a label gives the label alone. */
export async function readLabels(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new KernelcastError('NOT_FOUND', 'the file of labels cannot be read', { where: { file }, cause });
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line) => line.replace(/^\d+\s*[\t,]\s*/, '').trim());
}
