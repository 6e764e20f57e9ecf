/** `kernelcast store`: whether all that is kept is whole, putting right what is not, and copies of it. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { dataDirectory } from '../config.ts';
import { formatHour } from '../domain/time.ts';
import type { Finding } from '../store/care/check.ts';
import type { Repair } from '../store/care/repair.ts';

const DATA: [string, string] = ['--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)'];
/** Of sysexits(3), as `STORE_CORRUPT`. */
const DAMAGED = 74;

interface CheckOptions {
  repair?: boolean;
  sources?: string;
  json?: boolean;
  data?: string;
}

export function registerStore(program: Command): void {
  const store = program.command('store').description('look after the data directory');
  store
    .command('check')
    .description('read every file that a manifest lists and compare its length and SHA-256')
    .option('--repair', 'put what is damaged aside, so that the rest serves, and make it anew where that can be done')
    .option('--sources <folder>', 'with --repair: ingest the sources of what was damaged anew from this folder')
    .option('--json', 'print JSON')
    .option(...DATA)
    .action(check);
  store
    .command('backup')
    .description('copy all that is kept, whole, also while a service works on it')
    .argument('<folder>', 'a folder that is not there yet')
    .option(...DATA)
    .action(async (folder: string, options: { data?: string }) => {
      const { backUp } = await import('../store/care/backup.ts');
      const { files, bytes } = await backUp(dataDirectory(options.data), folder);
      print(`${files} files, ${bytes} bytes, in ${folder}`);
    });
  store
    .command('restore')
    .description('make a data directory of a backup, after all of it was checked')
    .argument('<folder>', 'the backup')
    .option(...DATA)
    .action(async (folder: string, options: { data?: string }) => {
      const { restore } = await import('../store/care/backup.ts');
      const root = dataDirectory(options.data);
      const { files, bytes } = await restore(folder, root);
      print(`${files} files, ${bytes} bytes, in ${root}`);
    });
}

async function check(options: CheckOptions): Promise<void> {
  const [{ checkStore }, { repairStore }] = await Promise.all([
    import('../store/care/check.ts'),
    import('../store/care/repair.ts'),
  ]);
  const root = dataDirectory(options.data);
  const { checked, bytes, findings } = await checkStore(root);
  const damages = findings.filter(({ kind }) => kind !== 'leftover');
  const repair = options.repair ? await repairStore(root, findings) : undefined;
  if (options.json) print(JSON.stringify({ checked, bytes, findings, repair }));
  else {
    for (const finding of findings) print(`${finding.kind}: ${finding.path}${problemOf(finding)}`);
    print(`${checked} files and ${bytes} bytes are as their manifests say; ${damages.length} damaged`);
    if (damages.length > 0 && !repair) print('what to do: kernelcast store check --repair, or restore a backup');
  }
  if (repair) await tellRepair(root, repair, options);
  const isLeft = repair ? repair.left.length > 0 : damages.length > 0;
  if (isLeft) process.exitCode = DAMAGED;
}

function problemOf(finding: Finding): string {
  return 'problem' in finding ? `: ${finding.problem}` : ': nobody lists it';
}

async function tellRepair(root: string, { aside, missing, left }: Repair, options: CheckOptions): Promise<void> {
  const tell = options.json ? () => {} : print;
  if (aside !== undefined) tell(`put aside in ${aside}`);
  for (const { dataset, segments, sources } of missing) {
    for (const { from, hours } of segments) {
      tell(`${dataset}: ${formatHour(from)} to ${formatHour(from + hours - 1)} may have lost values`);
    }
    if (options.sources === undefined)
      tell(`what to do: kernelcast ingest --dataset ${dataset} with: ${sources.join(' ')}`);
    else await ingestAgain(root, dataset, sources, options.sources, tell);
  }
  for (const { path } of left) tell(`cannot be repaired here: ${path}; restore a backup`);
}

/** Values that are there already stay as they are: merging the same again changes nothing. */
async function ingestAgain(
  root: string,
  dataset: string,
  sources: readonly string[],
  folder: string,
  tell: (line: string) => void,
): Promise<void> {
  const [{ ingestFiles }, { ObservationStore }] = await Promise.all([
    import('../../ingest/ingest.ts'),
    import('../store/observations/observations.ts'),
  ]);
  const { nodeFiles, listFolder } = await import('../store/disk/files.ts');
  const present = new Set(await listFolder(nodeFiles, folder));
  const found = sources.filter((name) => present.has(name));
  const store = new ObservationStore(root);
  if (found.length > 0) {
    const { stations } = await store.describe(dataset);
    const { added } = await ingestFiles(
      found.map((name) => join(folder, name)),
      { dataset, store, stations },
    );
    tell(`${dataset}: ${added} values are back, from ${found.join(' ')}`);
  }
  const absent = sources.filter((name) => !present.has(name));
  if (absent.length > 0) tell(`not in ${folder}: ${absent.join(' ')}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
