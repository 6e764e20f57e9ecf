/** Reads a checkpoint from the disk. */
import { readFile } from 'node:fs/promises';
import { KernelcastError } from '../../src/errors.ts';
import { decodeSafetensors, type SafetensorsFile } from './safetensors.ts';

/** A zip, as PyTorch writes; or the pickle that it wrote before. */
const PYTORCH_MARKS = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x80, 0x02, 0x8a, 0x0a],
];

export const PTH_TO_SAFETENSORS =
  'python3 -c "import sys,torch;from safetensors.torch import save_file as s;' +
  "d=torch.load(sys.argv[1],'cpu');d=d.get('state_dict',d.get('model',d));s({k:v.contiguous() for k,v in d.items()},sys.argv[2])\" IN.pth OUT.safetensors";

/**
 * @throws KernelcastError `NOT_FOUND` when the file cannot be read, `MODEL` when it is damaged or no safetensors file.
 */
export async function readCheckpoint(file: string): Promise<SafetensorsFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new KernelcastError('NOT_FOUND', 'the checkpoint cannot be read', { where: { file }, cause });
  }
  if (PYTORCH_MARKS.some((mark) => mark.every((byte, i) => bytes[i] === byte))) {
    throw new KernelcastError('MODEL', 'this is a PyTorch file, which holds programs: only safetensors is read', {
      where: { file },
      hint: `Where PyTorch is installed: ${PTH_TO_SAFETENSORS}`,
    });
  }
  return decodeSafetensors(bytes, file);
}
