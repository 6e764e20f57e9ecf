/** What the steps of a setup share: how they talk, and how they run other programs. */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { KernelcastError } from '../../errors.ts';

export function say(text: string): void {
  process.stderr.write(`setup:tensorflow: ${text}\n`);
}

export interface RunOptions extends Pick<SpawnSyncOptions, 'cwd' | 'env'> {
  /** What a person can do when it fails. */
  hint?: string;
  /** Show what it says on standard error while it runs, as a download's progress, and give nothing; by default only when it fails. */
  loud?: boolean;
}

/** @throws KernelcastError `ENVIRONMENT`, after what the program had to say. */
export function run(command: string, args: readonly string[], doing: string, options: RunOptions = {}): string {
  const { hint = 'The lines above say why. Run the setup again: it goes on where it was.', loud = false } = options;
  const result = spawnSync(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: loud ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error || result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    throw new KernelcastError('ENVIRONMENT', `${doing} failed`, {
      where: { command: [command, ...args].join(' ').slice(0, 200), exit: result.status ?? String(result.error) },
      hint,
    });
  }
  return result.stdout ?? '';
}

/** Whether a program is there and answers. */
export function answers(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
