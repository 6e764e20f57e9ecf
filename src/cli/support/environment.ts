/**
 * Every flag of a command from the environment too, as containers, units and platforms give their settings: `--keep-days 90` is
 * `KERNELCAST_KEEP_DAYS=90`. A flag on the command line goes before its variable; an empty variable is none.
 */
import type { Command, Option } from 'commander';
import { KernelcastError } from '../../errors.ts';

/** What platforms call these; Kernelcast's own names go before. */
const HABITS: Readonly<Record<string, string>> = { port: 'PORT', host: 'HOST' };
const SWITCH: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

/** `KERNELCAST_KEEP_DAYS` and what else is heard for `--keep-days`, the first that is set counts. */
export function variablesOf(option: Option): string[] {
  const name = option.long!.slice(2);
  const own = `KERNELCAST_${name.replaceAll('-', '_').toUpperCase()}`;
  return name in HABITS ? [own, HABITS[name]] : [own];
}

export interface HearOptions {
  environment?: NodeJS.ProcessEnv;
  /** The flags that are heard, as `--data`; without it all. What is of one call only is not for the environment. */
  only?: readonly string[];
}

/**
 * Lets the options of a command, present and in its help, be heard from the environment. To be called when it has them all.
 * @throws KernelcastError `USAGE`, when the command runs, naming the variable whose value cannot be
 */
export function hearEnvironment(command: Command, { environment = process.env, only }: HearOptions = {}): void {
  const isHeard = ({ long }: Option) => long !== '--help' && (only?.includes(long!) ?? true);
  command.configureHelp({
    optionDescription: (option) => {
      const described = describe(option);
      return isHeard(option) ? `${described} [$${variablesOf(option).join(', $')}]` : described;
    },
  });
  command.hook('preAction', () => {
    for (const option of command.options.filter(isHeard)) {
      const name = option.attributeName();
      if (!['default', undefined].includes(command.getOptionValueSource(name))) continue;
      const variable = variablesOf(option).find((each) => (environment[each] ?? '').trim() !== '');
      if (variable === undefined) continue;
      const value = parsed(option, environment[variable]!.trim(), variable);
      command.setOptionValueWithSource(name, value, 'env');
    }
  });
}

function parsed(option: Option, text: string, variable: string): unknown {
  if (option.isBoolean()) {
    const isOn = SWITCH[text.toLowerCase()];
    if (isOn !== undefined) return isOn;
    throw wrong(variable, text, 'It is true or false.');
  }
  // Several are a list of words: no address holds a space.
  if (option.variadic) return text.split(/\s+/);
  try {
    return option.parseArg ? option.parseArg(text, undefined as never) : text;
  } catch (error) {
    throw wrong(variable, text, (error as Error).message, error);
  }
}

function wrong(variable: string, text: string, hint: string, cause?: unknown): KernelcastError {
  return new KernelcastError('USAGE', `${variable} is '${text}' in the environment`, {
    where: { variable },
    hint,
    cause,
  });
}

/** As commander has it: the text, what can be chosen, and what is without the option. */
function describe(option: Option): string {
  const { argChoices, defaultValue, description } = option;
  const extra = [
    ...(argChoices ? [`choices: ${argChoices.join(', ')}`] : []),
    ...(defaultValue === undefined ? [] : [`default: ${defaultValue}`]),
  ];
  return extra.length === 0 ? description : `${description} (${extra.join('; ')})`;
}
