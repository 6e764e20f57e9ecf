/** `kernelcast skill`: evaluates what a configuration lists and writes the page that tells it, with its pictures. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { ForecastModel } from '../../models/forecast-model.ts';
import type { Series } from '../domain/series.ts';
import { parseHour } from '../domain/time.ts';
import { KernelcastError } from '../errors.ts';
import { openObservations } from './observations.ts';
import type { SkillSection } from './skill/config.ts';
import type { SectionResult } from './skill/page.ts';
import { startProgress } from './support/progress.ts';
import { readJsonFile } from './support/read-json-file.ts';

interface Options {
  config: string;
  out: string;
  data?: string;
}

export function registerSkill(program: Command): void {
  program
    .command('skill')
    .description('evaluate models as a configuration lists them, and write a page with tables and pictures')
    .requiredOption(
      '--config <file>',
      'JSON: spans, models, baselines to fit, figures to quote (docs/skill.config.json)',
    )
    .option('--out <file>', 'the page; its pictures go into `images` beside it', 'docs/skill.md')
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(run);
}

async function run({ config: path, out, data }: Options): Promise<void> {
  const [{ skillConfigSchema }, { skillPage }] = await Promise.all([
    import('./skill/config.ts'),
    import('./skill/page.ts'),
  ]);
  const parsed = skillConfigSchema.safeParse(await readJsonFile(path, 'the configuration of the page'));
  if (!parsed.success) {
    const [{ path: field, message }] = parsed.error.issues;
    throw new KernelcastError('USAGE', `the configuration of the page is not understood: ${message}`, {
      where: { file: path, field: field.join('.') },
      hint: 'docs/skill.config.json is one that is.',
    });
  }
  const config = parsed.data;
  const appended = await Promise.all(config.append.map((file) => readText(join(dirname(path), file))));
  const results: SectionResult[] = [];
  for (const section of config.sections) results.push(await evaluateSection(section, data));
  const { markdown, pictures } = skillPage(config, results, appended, 'images');
  const images = join(dirname(out), 'images');
  await mkdir(images, { recursive: true });
  for (const [name, svg] of pictures) await writeFile(join(images, name), svg);
  await writeFile(out, markdown);
  process.stdout.write(`wrote ${out} and ${pictures.size} pictures\n`);
}

async function evaluateSection(section: SkillSection, data: string | undefined): Promise<SectionResult> {
  const [{ evaluate }, { openEvaluatedModels }] = await Promise.all([
    import('../../models/evaluation/evaluate.ts'),
    import('../../models/serving/registry.ts'),
  ]);
  const from = parseHour(section.from);
  const to = parseHour(section.to);
  const { observations } = await openObservations({ dataset: section.dataset, data }, to);
  const fitted = await fitBaselines(section, observations);
  const models = await openEvaluatedModels(observations, from, { artefacts: section.artefacts, fitted });
  const progress = startProgress(section.id);
  const { stride, stations: scored } = section;
  const onProgress = progress.update;
  const evaluation = await evaluate({ observations, models, from, to, stride, scored, onProgress }).finally(
    progress.stop,
  );
  return { section, evaluation };
}

async function fitBaselines({ fit, from }: SkillSection, observations: Series): Promise<ForecastModel[]> {
  if (!fit) return [];
  const [{ chooseMethods }, { fitBaseline }, { openFitted }] = await Promise.all([
    import('../../models/baselines/fitted/methods.ts'),
    import('../../models/baselines/fitted/fit.ts'),
    import('../../models/baselines/fitted/fitted-model.ts'),
  ]);
  const span = { from: observations.from, to: parseHour(fit.to), validateTo: parseHour(fit.validateTo) };
  if (span.to > parseHour(from)) {
    throw new KernelcastError('USAGE', 'baselines would be fitted to what they are judged on', {
      where: { fit: fit.to, from },
      hint: 'End `fit.to` at or before `from`.',
    });
  }
  const models: ForecastModel[] = [];
  for (const method of chooseMethods(fit.models)) {
    process.stderr.write(`fitting ${method.id}\n`);
    models.push(await openFitted(await fitBaseline(method, { observations, ...span })));
  }
  return models;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KernelcastError('NOT_FOUND', `${basename(file)}, which is to end the page, cannot be read`, {
      where: { file },
      cause,
    });
  }
}
