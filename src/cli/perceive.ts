/** `kernelcast perceive`: what a network makes of a picture, a sound, a cloud of points or a film. */
import type { Command } from 'commander';
import { KernelcastError } from '../errors.ts';
import { wholeNumber } from './support/options.ts';

interface Options {
  model: string;
  labels?: string;
  top: number;
  json?: boolean;
}

export function registerPerceive(program: Command): void {
  program
    .command('perceive')
    .description('name what is in a picture, a sound, a cloud of points or a film; which it is, is told by its content')
    .argument(
      '<file>',
      'PNG or JPEG; WAV; PLY, OFF or XYZ; a folder of pictures, or a video file where FFmpeg is installed',
    )
    .requiredOption('--model <folder>', 'a model artefact of `kernelcast model import`, or a checkpoint as safetensors')
    .option('--labels <file>', 'the names of the classes, a line each (default: those of the model, or numbers)')
    .option('--top <n>', 'how many classes to name', wholeNumber, 5)
    .option('--json', 'print JSON')
    .action(run);
}

async function run(file: string, options: Options): Promise<void> {
  const [{ perceiveFile, senseOf }, { classify }, { openPerceiver, readLabels }] = await Promise.all([
    import('../../models/modalities/sense.ts'),
    import('../../models/modalities/classify.ts'),
    import('../../models/modalities/perceiver.ts'),
  ]);
  const sense = await senseOf(file);
  if (sense === 'series') {
    throw new KernelcastError('USAGE', 'these are series, which are forecast and not named', {
      where: { file },
      hint: `kernelcast forecast --data ${file}`,
    });
  }
  const { backbone, perception, labels } = await openPerceiver(options.model, sense);
  const map = await perceiveFile(file, perception);
  const named = options.labels ? await readLabels(options.labels) : labels;
  const classes = await classify(map, backbone, { labels: named, top: options.top });
  if (options.json) {
    const { channels, height, width } = map;
    process.stdout.write(`${JSON.stringify({ file, sense, map: [channels, height, width], classes })}\n`);
    return;
  }
  for (const { label, probability } of classes) {
    process.stdout.write(`${(100 * probability).toFixed(1).padStart(5)} %  ${label}\n`);
  }
}
