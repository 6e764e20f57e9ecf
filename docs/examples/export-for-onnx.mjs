/** Fuses a network's branches into single convolutions, and writes it as an ONNX file: `node docs/examples/export-for-onnx.mjs [OUT.onnx]`. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  countParameters,
  emitBackbone,
  initialise,
  networkSpecs,
  openOnnxSession,
  reparameterize,
  seededRandom,
  variantConfig,
} from 'kernelcast/models';

const [out = join(tmpdir(), 'unireplknet-a.onnx')] = process.argv.slice(2);
const network = variantConfig('a', { classes: 10 });
const trained = initialise(networkSpecs(network, 'training'), seededRandom('example'));
const fused = { network, form: 'fused', weights: reparameterize(trained) };
for (const form of ['training', 'fused']) {
  console.log(`${form}: ${countParameters(networkSpecs(network, form))} parameters`);
}

const bytes = emitBackbone(fused, { height: 64, width: 64 });
await writeFile(out, bytes);
const session = await openOnnxSession(out);
const { logits } = await session.run({ image: { shape: [1, 3, 64, 64], values: new Float32Array(3 * 64 * 64) } });
await session.close();
console.log(`${out}: ${bytes.length} bytes, which answer with [${logits.shape}]`);
