/** What a network with a head says of a map: its classes, the likeliest first. */
import { KernelcastError } from '../../src/errors.ts';
import { openOnnxSession } from '../engine/onnx/session.ts';
import { type Backbone, emitBackbone } from '../unireplknet/backbone.ts';
import { type FeatureMap, shapeOf } from './feature-map.ts';
import { likeliest } from './likeliest.ts';

export interface ClassShare {
  index: number;
  label: string;
  /** Of all classes, by softmax. */
  probability: number;
}

/**
 * @param labels one a class; without them the classes' numbers
 * @throws KernelcastError `MODEL` when the network has no head, or reads maps of other channels.
 */
export async function classify(
  map: FeatureMap,
  backbone: Backbone,
  { labels, top = 5 }: { labels?: readonly string[]; top?: number } = {},
): Promise<ClassShare[]> {
  const { classes, inChannels } = backbone.network;
  if (!classes) {
    throw new KernelcastError('MODEL', 'the network has no head, so that it names nothing', {
      hint: 'Import the checkpoint with --classes, or take the feature maps that `kernelcast model export` gives.',
    });
  }
  if (inChannels !== map.channels) {
    throw new KernelcastError('MODEL', `the network reads ${inChannels} channels, and the map is ${shapeOf(map)}`);
  }
  if (labels && labels.length !== classes) {
    throw new KernelcastError('USAGE', `there are ${labels.length} labels for ${classes} classes`, {
      hint: 'The file has a label a line, in the order of the classes.',
    });
  }
  const logits = await logitsOf(map, backbone);
  return likeliest(logits, top).map(([index, probability]) => ({
    index,
    label: labels?.[index] ?? String(index),
    probability,
  }));
}

async function logitsOf({ channels, height, width, values }: FeatureMap, backbone: Backbone): Promise<Float32Array> {
  const session = await openOnnxSession(emitBackbone(backbone, { height, width }), { threads: 2 });
  try {
    const { logits } = await session.run({ image: { shape: [1, channels, height, width], values } });
    return logits.values;
  } finally {
    await session.close();
  }
}
