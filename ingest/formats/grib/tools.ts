/** ecCodes' command-line tools, which read GRIB for us: run with limits of time and memory, their output taken in as text. */
import { spawn } from 'node:child_process';
import { KernelcastError } from '../../../src/errors.ts';

export type GribTool = 'grib_ls' | 'grib_filter';

/** A damaged message may send a tool round in circles, or ask for all the memory that there is. */
const PATIENCE_MS = 60_000;
const MOST_KIB = 900 * 1024;
const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;

const HINT = 'Install ecCodes: apt install libeccodes-tools (Debian, Ubuntu), brew install eccodes (macOS).';

interface Outcome {
  status: number | null;
  output: string;
  errors: string;
  /** Why it was ended before its time. */
  ended: string | undefined;
}

/**
 * What a tool writes, when it is given a file's name or, as `input`, the messages themselves.
 * @param where the file, for errors
 * @throws KernelcastError `ENVIRONMENT`: the tools are not installed; `FORMAT`: the tool found fault with the messages
 */
export async function runGribTool(
  tool: GribTool,
  args: readonly string[],
  { file, input }: { file: string; input?: Uint8Array },
): Promise<string> {
  const outcome = await run(tool, args, input).catch((cause) => {
    throw new KernelcastError('ENVIRONMENT', 'GRIB is read by the tools of ecCodes, which cannot be run', {
      where: { file },
      hint: HINT,
      cause,
    });
  });
  // The shell's own answer where there is no such command.
  if (outcome.status === 127) {
    throw new KernelcastError('ENVIRONMENT', 'GRIB is read by the tools of ecCodes, which are not installed', {
      where: { file, tool },
      hint: HINT,
    });
  }
  const complaint = outcome.ended ?? complaintIn(outcome);
  if (complaint === undefined) return outcome.output;
  throw new KernelcastError('FORMAT', `a damaged GRIB file: ${complaint}`, {
    where: { file },
    hint: `Fetch the file again; \`${tool} FILE\` shows what ecCodes makes of it.`,
  });
}

function complaintIn({ status, output, errors }: Outcome): string | undefined {
  const [line] = `${errors}\n${output.includes('ERROR:') ? output : ''}`
    .split('\n')
    .filter((text) => /error/i.test(text));
  if (status === 0 && line === undefined) return undefined;
  return line?.replace(/.*ERROR\s*:\s*/, '').replace(/["\s]+$/, '') ?? `ecCodes gives up (${status})`;
}

function run(tool: GribTool, args: readonly string[], input: Uint8Array | undefined): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    // Where a shell knows no such limit (macOS), the tool runs without.
    const limited = `ulimit -v ${MOST_KIB} 2>/dev/null; exec "$0" "$@"`;
    const child = spawn('/bin/sh', ['-c', limited, tool, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let errors = '';
    let ended: string | undefined;
    const end = (why: string) => {
      ended ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end(`reading takes longer than ${PATIENCE_MS / 1000} seconds`), PATIENCE_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_OUTPUT_BYTES) end('it unpacks to more than can be read at once');
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < 10_000) errors += chunk.toString();
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output: Buffer.concat(chunks).toString('latin1'), errors, ended });
    });
    // A tool that stops early does not read on: what it says of it counts, not the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
