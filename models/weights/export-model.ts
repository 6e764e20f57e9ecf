/** A model in a format that others read. */
import { emitBackbone, isFolder, openBackbone } from '../unireplknet/backbone.ts';
import { artefactSchema, ONNX_FILE, readArtefact, WEIGHTS_FILE } from './artefact.ts';
import { encodeSafetensors } from './safetensors.ts';

/**
 * @param path the folder of a model artefact, or a safetensors file of UniRepLKNet.
 * @param size of the image that a backbone's ONNX graph takes; a forecaster's graph is exported as it is served.
 */
export async function exportBytes(
  path: string,
  { format, size }: { format: 'onnx' | 'safetensors'; size: number },
): Promise<Uint8Array> {
  if (await isFolder(path)) {
    const artefact = await readArtefact(path, artefactSchema);
    const file = format === 'onnx' ? ONNX_FILE : WEIGHTS_FILE;
    if (file in artefact.manifest.files) return artefact.read(file);
  }
  const backbone = await openBackbone(path);
  return format === 'onnx'
    ? emitBackbone(backbone, { height: size, width: size })
    : encodeSafetensors(backbone.weights);
}
