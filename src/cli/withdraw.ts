/** `kernelcast observations`: what was taken wrongly is taken back; nothing is deleted. */
import type { Command } from 'commander';
import { dataDirectory } from '../config.ts';
import { formatHour, type Hour, parseHour } from '../domain/time.ts';
import { isVariableName, VARIABLE_NAMES, type VariableName } from '../domain/variables.ts';
import { KernelcastError } from '../errors.ts';

interface Options {
  station: string;
  from: Hour;
  to: Hour;
  variable?: VariableName[];
  reason: string;
  data?: string;
}

/** The longest history that a model looks at: thirty days. */
const HISTORY_HOURS = 720;

export function registerObservations(program: Command): void {
  program
    .command('observations')
    .description('look after what was observed')
    .command('withdraw')
    .description('take values of a station back: they are kept, and nobody is given them any more')
    .argument('<dataset>', 'the dataset')
    .requiredOption('--station <id>', 'the station')
    .requiredOption('--from <time>', 'first hour, in UTC', parseHour)
    .requiredOption('--to <time>', 'end of the hours, exclusive', parseHour)
    .requiredOption('--reason <text>', 'why; the dataset keeps it')
    .option('--variable <name>', 'only this variable; may be repeated; the parts of a wind go together', addVariable)
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .action(withdraw);
}

function addVariable(name: string, names: VariableName[] = []): VariableName[] {
  if (isVariableName(name)) return [...names, name];
  throw new KernelcastError('USAGE', `'${name}' is no variable`, { hint: `Variables: ${VARIABLE_NAMES.join(', ')}.` });
}

async function withdraw(dataset: string, { station, from, to, variable, reason, data }: Options): Promise<void> {
  if (from >= to) throw new KernelcastError('USAGE', 'the span ends before it begins', { hint: '--to is exclusive.' });
  const [{ ObservationStore }, { RunStore }] = await Promise.all([
    import('../store/observations/observations.ts'),
    import('../store/runs/runs.ts'),
  ]);
  const root = dataDirectory(data);
  const names = variable ?? VARIABLE_NAMES;
  const isOfWind = names.some((name) => name.startsWith('wind_'));
  const variables = VARIABLE_NAMES.filter((name) => names.includes(name) || (isOfWind && name.startsWith('wind_')));
  const values = await new ObservationStore(root).withdraw(dataset, { station, from, to, variables, reason });
  if (values === 0) {
    throw new KernelcastError('TOO_LITTLE_DATA', 'nothing was observed there, or all of it is withdrawn already', {
      where: { station, from: formatHour(from), to: formatHour(to), variables: variables.join(', ') },
    });
  }
  const inits = await new RunStore(root).list(dataset);
  const touched = inits.filter((init) => init >= from && init < to + HISTORY_HOURS);
  const runs =
    touched.length === 0
      ? 'no run can have used them'
      : `runs that may have used them: ${touched.length}, ${formatHour(touched[0])} to ${formatHour(touched[touched.length - 1])}`;
  process.stdout.write(`withdrawn: ${values} values of ${station}, kept and given to nobody\n${runs}\n`);
}
