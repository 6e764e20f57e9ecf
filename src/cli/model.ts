/** `kernelcast model import` and `kernelcast model export`: weights in and out, in the formats that others use. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../domain/clock.ts';

export function registerModel(program: Command): void {
  const model = program.command('model').description('import and export weights');
  model
    .command('import')
    .description('check a checkpoint of UniRepLKNet against its architecture and keep it as a model artefact')
    .argument('<checkpoint>', 'a safetensors file with the names of the published checkpoints')
    .requiredOption('--variant <name>', 'a, f, p, n, t, s, b, l or xl')
    .requiredOption('--out <folder>', 'where to write the model artefact')
    .option('--fuse', 're-parameterise: fuse branches and batch norms into single convolutions')
    .option('--classes <n>', 'classes of the head; 0 for a backbone without one', count, 1000)
    .option('--in-channels <n>', 'channels of the image', count, 3)
    .action(importCheckpoint);
  model
    .command('export')
    .description('write the weights of a model artefact or checkpoint, or its fused network, to a file')
    .argument('<model>', 'the folder of a model artefact, or a safetensors file of UniRepLKNet')
    .addOption(new Option('--format <format>', 'what to write').choices(['onnx', 'safetensors']).makeOptionMandatory())
    .requiredOption('--out <file>', 'the file to write')
    .option('--size <pixels>', 'height and width of the image that a backbone is exported for', count, 224)
    .action(exportModel);
}

interface ImportOptions {
  variant: string;
  out: string;
  fuse?: boolean;
  classes: number;
  inChannels: number;
}

async function importCheckpoint(checkpoint: string, options: ImportOptions): Promise<void> {
  const [{ parseVariant, variantConfig }, { readCheckpoint }, { importBackbone, writeBackbone }] = await Promise.all([
    import('../../models/unireplknet/variants.ts'),
    import('../../models/weights/read-checkpoint.ts'),
    import('../../models/unireplknet/backbone.ts'),
  ]);
  const variant = parseVariant(options.variant);
  const { inChannels, classes } = options;
  const network = variantConfig(variant, { inChannels, classes: classes || undefined });
  const { tensors } = await readCheckpoint(checkpoint);
  const backbone = importBackbone(tensors, network, { fuse: options.fuse ?? false, file: checkpoint });
  await writeBackbone(options.out, backbone, {
    id: `unireplknet-${variant}`,
    name: `UniRepLKNet-${variant.toUpperCase()}`,
    createdAt: new Date(systemClock.now()).toISOString(),
  });
  const form = backbone.form === 'fused' ? 'fused' : 'in training form';
  process.stdout.write(
    `UniRepLKNet-${variant.toUpperCase()}, ${form}: ${backbone.weights.size} tensors in ${options.out}\n`,
  );
}

interface ExportOptions {
  format: 'onnx' | 'safetensors';
  out: string;
  size: number;
}

async function exportModel(path: string, options: ExportOptions): Promise<void> {
  const [{ exportBytes }, { writeAtomically }, { nodeFiles }] = await Promise.all([
    import('../../models/weights/export-model.ts'),
    import('../store/disk/atomic.ts'),
    import('../store/disk/files.ts'),
  ]);
  const bytes = await exportBytes(path, options);
  await writeAtomically(nodeFiles, options.out, bytes);
  process.stdout.write(`wrote ${options.out} (${bytes.byteLength} bytes)\n`);
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
