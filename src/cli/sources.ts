/** `kernelcast sources`: the sources that have a name. */
import type { Command } from 'commander';

export function registerSources(program: Command): void {
  program
    .command('sources')
    .description('list the sources that `ingest` knows by name, with licence, cadence and address')
    .option('--json', 'for programs')
    .action(run);
}

async function run({ json }: { json?: boolean }): Promise<void> {
  const { PRESETS } = await import('../../ingest/sources/presets.ts');
  const text = json
    ? JSON.stringify(PRESETS, null, 2)
    : PRESETS.map(({ name, title, licence, cadence, url, needs }) =>
        [
          name,
          `  ${title}`,
          `  licence: ${licence}`,
          `  cadence: ${cadence}`,
          `  address: ${url}`,
          `  needs:   ${needs}`,
        ].join('\n'),
      ).join('\n');
  process.stdout.write(`${text}\n`);
}
