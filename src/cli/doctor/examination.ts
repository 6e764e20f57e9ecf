/**
 * The doctor in a process of its own, for a service that is running: loading the engines to try them takes seconds, and the
 * process that answers must not wait. What was found holds for some minutes.
 */
import { execFile } from 'node:child_process';
import type { Operation } from '../../domain/operation.ts';
import { KernelcastError } from '../../errors.ts';

type Examination = Awaited<ReturnType<Operation['examine']>>;

const HOLDS_MS = 300_000;
const TIMEOUT_MS = 60_000;

/** @param data the data directory of the service */
export function examiner(data: string): () => Promise<Examination> {
  let last: { asked: number; found: Promise<Examination> } | undefined;
  return () => {
    const asked = Date.now();
    if (last && asked - last.asked < HOLDS_MS) return last.found;
    const found = examineApart(data);
    last = { asked, found };
    found.catch(() => {
      last = undefined;
    });
    return found;
  };
}

/** This very program, called as it was itself: from the sources or from the build. */
function examineApart(data: string): Promise<Examination> {
  const args = [...process.execArgv, process.argv[1], 'doctor', '--json', '--data', data, '--port', '0'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: TIMEOUT_MS }, (error, stdout) => {
      try {
        const { checks } = JSON.parse(stdout) as Pick<Examination, 'checks'>;
        // The port is this service's own.
        resolve({ at: Date.now(), checks: checks.filter(({ check }) => check !== 'port') });
      } catch {
        reject(
          new KernelcastError('ENVIRONMENT', 'the machine could not be examined', {
            hint: 'Run `kernelcast doctor` there.',
            cause: error ?? undefined,
          }),
        );
      }
    });
  });
}
