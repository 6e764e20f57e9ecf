/**
 * Classifies a picture in the browser: nothing is sent anywhere. Build with Vite (`npx vite build docs/examples/browser`), which
 * takes TensorFlow.js and `kernelcast/models/unireplknet` from node_modules.
 */
import * as tf from '@tensorflow/tfjs';
import {
  channelsLast,
  decodeSafetensors,
  EVALUATION,
  imageMap,
  inferForm,
  inferNetworkConfig,
  likeliest,
  networkLogits,
  Parameters,
  tensorFlowOps,
} from 'kernelcast/models/unireplknet';

/** [n, h, w, channels] to the logits, [n, classes], flat. */
export async function logitsOf(checkpoint, { shape, values }) {
  const { tensors } = decodeSafetensors(checkpoint, 'weights');
  const config = inferNetworkConfig(tensors);
  const weights = new Map([...tensors].map(([name, each]) => [name, tf.tensor(each.values, [...each.shape])]));
  const logits = tf.tidy(() =>
    networkLogits(
      tensorFlowOps(tf),
      tf.tensor(values, shape),
      new Parameters(weights),
      config,
      inferForm(tensors),
      EVALUATION,
    ),
  );
  const result = await logits.data();
  tf.dispose([logits, ...weights.values()]);
  return result;
}

async function rasterOf(file) {
  const bitmap = await createImageBitmap(file);
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const rgb = new Uint8Array((data.length / 4) * 3);
  for (let pixel = 0; pixel * 4 < data.length; pixel++) rgb.set(data.subarray(pixel * 4, pixel * 4 + 3), pixel * 3);
  return { width: bitmap.width, height: bitmap.height, rgb };
}

async function show() {
  const [weights] = document.getElementById('weights').files;
  const [picture] = document.getElementById('picture').files;
  if (!weights || !picture) return;
  const map = channelsLast([imageMap(await rasterOf(picture))]);
  const logits = await logitsOf(new Uint8Array(await weights.arrayBuffer()), map);
  const items = likeliest(logits, 5).map(([index, share]) => {
    const item = document.createElement('li');
    item.textContent = `class ${index}: ${(100 * share).toFixed(1)} %`;
    return item;
  });
  document.getElementById('classes').replaceChildren(...items);
}

for (const id of ['weights', 'picture']) document.getElementById(id).addEventListener('change', show);
window.kernelcastExample = { logitsOf, ready: tf.ready() };
