#!/usr/bin/env node
/** The command line: one file a command in `commands/`; an error is told in plain words and sets the exit status. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../config.ts';
import { describeError, isKernelcastError } from '../errors.ts';
import { registerDoctor } from './doctor.ts';
import { registerEvaluate } from './evaluate.ts';
import { registerExtract } from './extract.ts';
import { registerFit } from './fit.ts';
import { registerForecast } from './forecast.ts';
import { registerIngest } from './ingest.ts';
import { registerInspect } from './inspect.ts';
import { registerJobs } from './jobs.ts';
import { registerModel } from './model.ts';
import { registerPerceive } from './perceive.ts';
import { registerPerception } from './perception.ts';
import { registerSampleWorld } from './sample-world.ts';
import { registerSkill } from './skill.ts';
import { registerSources } from './sources.ts';
import { registerStart } from './start.ts';
import { registerStore } from './store.ts';
import { registerTables } from './tables.ts';
import { registerTrain } from './train.ts';
import { registerTune } from './tune.ts';
import { registerVerify } from './verify.ts';
import { registerObservations } from './withdraw.ts';

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
registerTables(program);
registerEvaluate(program);
registerForecast(program);
registerTrain(program);
registerTune(program);
registerPerceive(program);
registerPerception(program);
registerFit(program);
registerSkill(program);
registerModel(program);
registerInspect(program);
registerVerify(program);
registerSampleWorld(program);
registerStart(program);
registerJobs(program);
registerStore(program);
registerObservations(program);
registerDoctor(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = isKernelcastError(error) ? error.exitStatus : 70;
}
