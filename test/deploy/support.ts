/** What the tests of the deploy files share: the files, and the command line that they are for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, vi } from 'vitest';
import { registerStart } from '../../src/cli/start.ts';
import { variablesOf } from '../../src/cli/support/environment.ts';
import { packageRoot } from '../../src/config.ts';

export const at = (...path: string[]) => join(packageRoot(), ...path);
export const read = (...path: string[]) => readFileSync(at(...path), 'utf8');

/** Variables that no flag of `start` has. */
const BESIDES = ['KERNELCAST_DATABASE_URL', 'KERNELCAST_LOG', 'KERNELCAST_ENGINE'];

/** `NAME=value` lines, as systemd reads them. */
export function readVariables(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

/**
 * Lets the command line hear what a deploy file gives it, without doing it.
 * @returns the options as `start` would have them
 * @throws where it does not know an option or a variable, or not its value
 */
export async function heard(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  try {
    const program = new Command().exitOverride();
    registerStart(program);
    const [start] = program.commands;
    const known = [...start.options.flatMap(variablesOf), ...BESIDES];
    for (const name of Object.keys(environment)) {
      if (name.startsWith('KERNELCAST_')) expect(known, `of ${Object.keys(environment)}`).toContain(name);
    }
    let options: Record<string, unknown> = {};
    start.exitOverride().configureOutput({ writeErr: () => {} });
    start.action((its) => {
      options = its;
    });
    await program.parseAsync([...args], { from: 'user' });
    return options;
  } finally {
    vi.unstubAllEnvs();
  }
}

/** Names of variables, without their values: what is set by all ways to deploy, and where it differs. */
export function settings(environment: Record<string, string>): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('KERNELCAST_'))
    .sort();
}
