/**
 * `npm run bench -- NAME [OPTIONS]`: one file of this folder a benchmark, which exports `run(args)`. Results are JSON
 * lines on standard output, so that they can be kept and compared.
 */
import { readdirSync } from 'node:fs';
import { describeError, KernelcastError } from '../../src/errors.ts';

/** The files that are no benchmark. */
const OWN = ['run.ts', 'measure.ts'];

async function main([name, ...args]: string[]): Promise<void> {
  const names = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !OWN.includes(file))
    .map((file) => file.slice(0, -3));
  if (!names.includes(name)) {
    throw new KernelcastError('USAGE', `there is no benchmark '${name ?? ''}'`, {
      hint: `One of ${names.join(', ')}.`,
    });
  }
  const { run }: { run: (args: string[]) => Promise<void> } = await import(`./${name}.ts`);
  await run(args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
