/** `kernelcast model import` and `kernelcast model export`: weights in and out, in the formats that others use. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../domain/clock.ts';

export function registerModel(program: Command): void {
  const model = program.command('model').description('import and export weights');
  model
    .command('import')
    .description('check a checkpoint of UniRepLKNet against its architecture and keep it as a model artefact')
    .argument('<checkpoint>', 'a safetensors file with the names of the published checkpoints')
    .option('--variant <name>', 'what it must be: a, f, p, n, t, s, b, l or xl (default: read off the tensors)')
    .requiredOption('--out <folder>', 'where to write the model artefact')
    .option('--fuse', 're-parameterise: fuse branches and batch norms into single convolutions')
    .option('--classes <n>', 'what the head must have; 0 for none (default: what it has)', count)
    .option('--in-channels <n>', 'channels that the image must have (default: what it has)', count)
    .option('--labels <file>', 'the names of the classes, a line each, to keep with the model')
    .option('--sense <sense>', 'what the network is for: image, audio, points or video')
    .option('--size <pixels>', 'height and width that its pictures or frames are brought to', count)
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
  variant?: string;
  out: string;
  fuse?: boolean;
  classes?: number;
  inChannels?: number;
  labels?: string;
  sense?: string;
  size?: number;
}

async function importCheckpoint(checkpoint: string, options: ImportOptions): Promise<void> {
  const [{ parseVariant }, { readCheckpoint }, { importPublished, writeBackbone }, { perceptionOf, readLabels }] =
    await Promise.all([
      import('../../models/unireplknet/variants.ts'),
      import('../../models/weights/read-checkpoint.ts'),
      import('../../models/unireplknet/backbone.ts'),
      import('../../models/modalities/perceiver.ts'),
    ]);
  const { classes, inChannels, fuse = false, labels, sense, size } = options;
  const wanted = {
    variant: options.variant === undefined ? undefined : parseVariant(options.variant),
    classes,
    inChannels,
  };
  const { tensors } = await readCheckpoint(checkpoint);
  const { backbone, variant, leftOut } = importPublished(tensors, wanted, { fuse, file: checkpoint });
  const name = variant ? `UniRepLKNet-${variant.toUpperCase()}` : 'UniRepLKNet of unpublished sizes';
  await writeBackbone(options.out, backbone, {
    id: variant ? `unireplknet-${variant}` : 'unireplknet',
    name,
    createdAt: new Date(systemClock.now()).toISOString(),
    ...(sense && { perception: perceptionOf(sense, size) }),
    ...(labels && { labels: await readLabels(labels) }),
  });
  const form = backbone.form === 'fused' ? 'fused' : 'in training form';
  const count = backbone.weights.size + (backbone.segmentation?.weights.size ?? 0);
  process.stdout.write(`${name}, ${form}: ${count} tensors in ${options.out}\n`);
  if (backbone.segmentation) process.stdout.write(`with UPerNet, ${backbone.segmentation.config.classes} classes\n`);
  for (const [part, tensors] of Object.entries(leftOut)) {
    process.stdout.write(`left out: ${tensors} tensors of ${part}, which nothing here is built from\n`);
  }
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
