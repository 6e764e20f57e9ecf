/** Runs a command of the command line in a process of its own: long work that must not keep the service from answering. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/config.ts';
import { KernelcastError } from '../../src/errors.ts';

/**
 * @param args as after `kernelcast`
 * @param signal asks the process to come to a good end
 * @returns what it printed
 */
export type RunCommand = (args: readonly string[], signal: AbortSignal) => Promise<string>;

const LAST_WORDS = 2_000;

/** @throws KernelcastError `ENVIRONMENT` with its last words where it fails, `BUSY` where it was stopped */
export const runCommand: RunCommand = async (args, signal) => {
  const entry = import.meta.url.endsWith('.ts')
    ? ['--import', 'tsx', join(packageRoot(), 'src', 'cli', 'cli.ts')]
    : [join(packageRoot(), 'dist', 'src', 'cli', 'cli.js')];
  const child = spawn(process.execPath, [...entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let said = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-LAST_WORDS);
  });
  const stop = () => child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => signal.removeEventListener('abort', stop));
  if (status === 0) return printed;
  const what = `kernelcast ${args[0]}`;
  if (signal.aborted) throw new KernelcastError('BUSY', `${what} was stopped; it goes on from where it was`);
  throw new KernelcastError('ENVIRONMENT', `${what} ended with ${status ?? 'a signal'}: ${said.trim()}`);
};
