/**
 * What the jobs have done: a line of JSON for each execution, fsynced, in `<data>/jobs/ledger.jsonl`. A line that a crash cut
 * short is dropped when the ledger is opened; of a long ledger only the end is kept.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder, writeAtomically } from '../src/store/atomic.ts';
import { type Files, fileError, nodeFiles, systemCode } from '../src/store/files.ts';

const executionSchema = z.object({
  job: z.string(),
  /** The hour that the job was run for; ISO 8601, as all times here. */
  slot: z.string(),
  state: z.enum(['done', 'failed']),
  /** By the clock of the machine, also in a replay. */
  startedAt: z.string(),
  finishedAt: z.string(),
  error: z.string().nullable(),
});
export type JobExecution = z.infer<typeof executionSchema>;

const MOST_LINES = 10_000;
const KEPT_LINES = 1_000;

export class JobLedger {
  readonly #files: Files;
  readonly #path: string;
  readonly #last = new Map<string, JobExecution>();
  #lines: JobExecution[] = [];

  private constructor(path: string, files: Files) {
    this.#path = path;
    this.#files = files;
  }

  /**
   * @param root the data directory
   * @throws KernelcastError `ENVIRONMENT` when the ledger cannot be read or written
   */
  static async open(root: string, files: Files = nodeFiles): Promise<JobLedger> {
    const folder = join(root, 'jobs');
    await makeFolder(files, folder);
    const ledger = new JobLedger(join(folder, 'ledger.jsonl'), files);
    await ledger.#load();
    return ledger;
  }

  /** The newest execution of a job. */
  last(job: string): JobExecution | undefined {
    return this.#last.get(job);
  }

  /** @throws KernelcastError `ENVIRONMENT` */
  async append(execution: JobExecution): Promise<void> {
    this.#remember(execution);
    if (this.#lines.length > MOST_LINES) return this.#rewrite();
    try {
      const handle = await this.#files.open(this.#path, 'a');
      try {
        await handle.writeFile(encode(execution));
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw fileError(error, 'write the ledger of the jobs', this.#path);
    }
  }

  async #load(): Promise<void> {
    let text = '';
    try {
      text = await this.#files.readFile(this.#path, 'utf8');
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw fileError(error, 'read the ledger of the jobs', this.#path);
    }
    for (const line of text.split('\n')) {
      const execution = decode(line);
      if (execution) this.#remember(execution);
    }
    // What is appended must begin on a line of its own.
    const isClean = this.#lines.map(encode).join('') === text;
    if (!isClean || this.#lines.length > MOST_LINES) await this.#rewrite();
  }

  #remember(execution: JobExecution): void {
    this.#lines.push(execution);
    this.#last.set(execution.job, execution);
  }

  async #rewrite(): Promise<void> {
    if (this.#lines.length > MOST_LINES) this.#lines = this.#lines.slice(-KEPT_LINES);
    await writeAtomically(this.#files, this.#path, Buffer.from(this.#lines.map(encode).join('')));
  }
}

function encode(execution: JobExecution): string {
  return `${JSON.stringify(execution)}\n`;
}

function decode(line: string): JobExecution | undefined {
  try {
    return executionSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
