#!/usr/bin/env node
/** The command line: one file a command in `commands/`; an error is told in plain words and sets the exit status. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { registerDoctor } from './commands/doctor.ts';
import { registerEvaluate } from './commands/evaluate.ts';
import { registerExtract } from './commands/extract.ts';
import { registerFit } from './commands/fit.ts';
import { registerForecast } from './commands/forecast.ts';
import { registerIngest } from './commands/ingest.ts';
import { registerInspect } from './commands/inspect.ts';
import { registerJobs } from './commands/jobs.ts';
import { registerModel } from './commands/model.ts';
import { registerSampleWorld } from './commands/sample-world.ts';
import { registerSkill } from './commands/skill.ts';
import { registerSources } from './commands/sources.ts';
import { registerStart } from './commands/start.ts';
import { registerStore } from './commands/store.ts';
import { registerTrain } from './commands/train.ts';
import { registerTune } from './commands/tune.ts';
import { registerVerify } from './commands/verify.ts';
import { packageRoot } from './config.ts';
import { describeError, isKernelcastError } from './errors.ts';

const program = new Command('kernelcast')
  .description('Forecasts of temperature and wind, from gridded and station weather data.')
  .option('--engine <engine>', 'what trains and forecasts: auto, gpu, cpu, native or plain (or KERNELCAST_ENGINE)')
  // The environment is where the engines look, in this process and in its workers.
  .hook('preAction', (command) => {
    process.env.KERNELCAST_ENGINE =
      command.opts<{ engine?: string }>().engine ?? process.env.KERNELCAST_ENGINE ?? 'auto';
  })
  .version(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')).version)
  .showHelpAfterError();

registerIngest(program);
registerExtract(program);
registerSources(program);
registerEvaluate(program);
registerForecast(program);
registerTrain(program);
registerTune(program);
registerFit(program);
registerSkill(program);
registerModel(program);
registerInspect(program);
registerVerify(program);
registerSampleWorld(program);
registerStart(program);
registerJobs(program);
registerStore(program);
registerDoctor(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = isKernelcastError(error) ? error.exitStatus : 70;
}
