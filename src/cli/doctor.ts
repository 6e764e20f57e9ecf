/** `kernelcast doctor`: whether this machine can serve and train, and how to mend what is wrong. */
import type { Command } from 'commander';
import type { Finding } from '../domain/operation.ts';
import { examine } from './doctor/checks.ts';
import { gatherFacts, type Where } from './doctor/facts.ts';
import { portNumber } from './support/options.ts';

const SIGNS = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' } as const;
/** Of sysexits(3): the machine lacks something. */
const UNAVAILABLE = 69;

export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('look whether this machine can serve and train, and say how to mend what is wrong')
    .option('--port <number>', 'where the service is to listen', portNumber, 8080)
    .option('--host <address>', 'the address that it is to listen on', '127.0.0.1')
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .option('--json', 'print JSON')
    .action(async (options: Where & { json?: boolean }) => {
      const findings = examine(await gatherFacts(options));
      process.stdout.write(options.json ? `${JSON.stringify({ checks: findings })}\n` : table(findings));
      process.exitCode = exitStatus(findings);
    });
}

/** Not 0 when something must be mended first; a warning is none. */
export function exitStatus(findings: readonly Finding[]): number {
  return findings.some(({ state }) => state === 'fail') ? UNAVAILABLE : 0;
}

function table(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(SIGNS.ok.length + width + 4);
  return findings
    .map(({ check, state, found, mend }) => {
      const line = `${SIGNS[state]}  ${check.padEnd(width)}  ${found}\n`;
      return mend === null ? line : `${line}${indent}what to do: ${mend}\n`;
    })
    .join('');
}
