/** `kernelcast tables`: the mappings of tables that are ready, and what they say, to begin one of one's own with. */
import type { Command } from 'commander';
import { KernelcastError } from '../errors.ts';

export function registerTables(program: Command): void {
  program
    .command('tables')
    .description('list the mappings that `ingest --table` knows by name; with a name, print it as JSON')
    .argument('[name]', 'one of them')
    .action(run);
}

async function run(name: string | undefined): Promise<void> {
  const { READY_NAMES, readyMappings } = await import('../../ingest/tables/ready/ready.ts');
  if (name === undefined) {
    const lines = READY_NAMES.flatMap((each) => {
      const [first] = readyMappings(each)!;
      return [
        each,
        `  ${first?.title ?? 'CSV of Open-Meteo: tells its columns, units and places itself'}`,
        ...sourceOf(first),
      ];
    });
    process.stdout.write(`${lines.join('\n')}\n`);
    return;
  }
  const mappings = readyMappings(name);
  if (!mappings) {
    throw new KernelcastError('NOT_FOUND', `there is no ready mapping '${name.slice(0, 80)}'`, {
      hint: `Ready are: ${READY_NAMES.join(', ')}.`,
    });
  }
  // Where there are several, they are of the same kind of table in its versions.
  process.stdout.write(mappings.map((mapping) => `${JSON.stringify(mapping, null, 2)}\n`).join(''));
}

function sourceOf(mapping: { source?: string } | undefined): string[] {
  return mapping?.source === undefined ? [] : [`  ${mapping.source}`];
}
