/** The four feature maps that a detector's pyramid is built on: `node docs/examples/features-for-detection.mjs`. */
import {
  emitBackbone,
  initialise,
  networkSpecs,
  openOnnxSession,
  seededRandom,
  variantConfig,
} from 'kernelcast/models';

const network = variantConfig('a', { classes: undefined, featureNorms: true });
const weights = initialise(networkSpecs(network, 'training'), seededRandom('example'));
const size = { height: 96, width: 160 };
const session = await openOnnxSession(emitBackbone({ network, form: 'training', weights }, size));
const image = { shape: [1, 3, size.height, size.width], values: new Float32Array(3 * size.height * size.width) };
for (const [name, { shape }] of Object.entries(await session.run({ image }))) console.log(`${name}: [${shape}]`);
await session.close();
