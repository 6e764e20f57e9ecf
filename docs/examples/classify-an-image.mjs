/** A picture through UniRepLKNet in Node: `node docs/examples/classify-an-image.mjs [PICTURE] [WEIGHTS.safetensors]`. */
import {
  classify,
  initialise,
  networkSpecs,
  openBackbone,
  perceiveFile,
  perceptionSchema,
  seededRandom,
  variantConfig,
} from 'kernelcast/models';

const [picture = 'test/fixtures/modalities/photo.jpg', weights] = process.argv.slice(2);
const map = await perceiveFile(picture, perceptionSchema.parse({ sense: 'image', size: 224 }));

// Without published weights (huggingface.co/DingXiaoH/UniRepLKNet) a fresh network answers, which knows nothing yet.
const network = variantConfig('a');
const fresh = {
  network,
  form: 'training',
  weights: initialise(networkSpecs(network, 'training'), seededRandom('example')),
};
const backbone = weights ? await openBackbone(weights) : fresh;

for (const { label, probability } of await classify(map, backbone, { top: 3 })) {
  console.log(`class ${label}: ${(100 * probability).toFixed(2)} %`);
}
