/**
 * The ledger of the jobs: what was begun, done, failed and skipped, in the order in which it happened. It is what the plan
 * is made from, after a restart too, and where processes agree on who does a slot.
 *
 *     await ledger.transact(({ states, isHeld }) => [{ kind: 'start', job: 'forecast', slot, at, claim, ... }]);
 *
 * Here it is `<data>/jobs/DATASET/ledger.jsonl`: a line of JSON each, appended and fsynced under a lock. A line that a crash cut short
 * counts for nothing, and what is appended after it begins on a line of its own. Of a long ledger the end is kept, and what is
 * still to be done. Processes at work are known by `at-work/` beside it (`src/store/disk/presence.ts`).
 */
import { join } from 'node:path';
import { requireFolder } from '../../src/store/bucket/bucket-address.ts';
import { makeFolder, writeAtomically } from '../../src/store/disk/atomic.ts';
import { type Files, fileError, listFolder, nodeFiles, systemCode } from '../../src/store/disk/files.ts';
import { withLock } from '../../src/store/disk/lock.ts';
import { isAtWork, Presence } from '../../src/store/disk/presence.ts';
import { checkName, isSafeName } from '../../src/store/names.ts';
import { decodeLine, encodeRecord, type LedgerRecord } from './ledger-records.ts';
import { MOST_RECORDS, shortenRecords } from './shorten-records.ts';
import { SlotStates } from './slot-states.ts';

export type IsHeld = (claim: string) => boolean;

export interface LedgerView {
  states: SlotStates;
  isHeld: IsHeld;
}

export interface Ledger {
  /** As of the last refresh or transaction. */
  readonly states: SlotStates;
  /** The records that are kept, oldest first. */
  readonly records: readonly LedgerRecord[];
  refresh(): Promise<void>;
  /** Reads what is new, and who is at work; others may write meanwhile. @throws KernelcastError `ENVIRONMENT` */
  look(): Promise<LedgerView>;
  /**
   * Reads what is new, lets `work` decide, and appends what it returns, with no other process in between.
   * @returns what was appended
   * @throws KernelcastError `ENVIRONMENT`, `BUSY`; then the records may be there or not, and nothing may be begun on them.
   * `STORE_CORRUPT` for a record that is not whole; then nothing is written
   */
  transact(work: (view: LedgerView) => LedgerRecord[]): Promise<LedgerRecord[]>;
  /** A claim of this process, held until it is let go or the process dies. */
  claim(): Promise<string>;
  letGo(claim: string): void;
  close(): Promise<void>;
}

const WAIT_MS = 10_000;

export class JobLedger implements Ledger {
  readonly dataset: string;
  readonly #files: Files;
  readonly #folder: string;
  readonly #path: string;
  readonly #claims = new Set<string>();
  #presence: Promise<Presence> | undefined;
  #token: string | undefined;
  #claimed = 0;
  #states = new SlotStates();
  #records: LedgerRecord[] = [];
  /** Identity of the file whose records these are. */
  #identity: string | undefined;
  #endsClean = true;

  private constructor(root: string, dataset: string, files: Files) {
    const folder = join(root, 'jobs', dataset);
    this.dataset = dataset;
    this.#folder = folder;
    this.#path = join(folder, 'ledger.jsonl');
    this.#files = files;
  }

  /**
   * @param root the data directory; nothing is written to it before the first transaction
   * @throws KernelcastError `USAGE` on an impossible name or a bucket, `ENVIRONMENT` when the ledger cannot be read
   */
  static async open(root: string, dataset: string, files: Files = nodeFiles): Promise<JobLedger> {
    checkName('dataset', dataset);
    requireFolder(root, 'the ledger of the jobs');
    const ledger = new JobLedger(root, dataset, files);
    await ledger.refresh();
    return ledger;
  }

  get states(): SlotStates {
    return this.#states;
  }

  get records(): readonly LedgerRecord[] {
    return this.#records;
  }

  async refresh(): Promise<void> {
    const identity = await this.#look();
    if (identity === this.#identity) return;
    const text = identity === undefined ? '' : await this.#read();
    this.#endsClean = text === '' || text.endsWith('\n');
    this.#records = text.split('\n').flatMap((line) => decodeLine(line) ?? []);
    this.#states = new SlotStates(this.#records);
    this.#identity = identity;
  }

  async look(): Promise<LedgerView> {
    await this.refresh();
    return { states: this.#states, isHeld: await this.#held() };
  }

  async transact(work: (view: LedgerView) => LedgerRecord[]): Promise<LedgerRecord[]> {
    await makeFolder(this.#files, this.#folder);
    return withLock(this.#files, join(this.#folder, '.ledger-lock'), WAIT_MS, async (check) => {
      const records = work(await this.look());
      if (records.length === 0) return [];
      await check();
      try {
        await this.#append(records);
      } catch (error) {
        // What of it is in the file shows when it is read again.
        this.#identity = 'unknown';
        throw fileError(error, 'write the ledger of the jobs', this.#path);
      }
      return records;
    });
  }

  async claim(): Promise<string> {
    this.#presence ??= Presence.announce(join(this.#folder, 'at-work'), this.#files);
    this.#presence.catch(() => {
      this.#presence = undefined;
    });
    const { token } = await this.#presence;
    this.#token = token;
    const claim = `${token}.${this.#claimed++}`;
    this.#claims.add(claim);
    return claim;
  }

  letGo(claim: string): void {
    this.#claims.delete(claim);
  }

  async close(): Promise<void> {
    const presence = await this.#presence?.catch(() => undefined);
    this.#presence = undefined;
    await presence?.leave();
  }

  /** Who is at work, looked up once for all claims of slots that are running. */
  async #held(): Promise<IsHeld> {
    const slots = [...this.#states.jobs.values()].flatMap((job) => [...job.slots.values()]);
    const claims = slots.flatMap(({ state, claim }) => (state === 'running' && claim !== null ? [claim] : []));
    const alive = new Set<string>();
    for (const claim of claims) {
      const [token] = claim.split('.');
      const isOwn = token === this.#token;
      if (isOwn ? this.#claims.has(claim) : await isAtWork(join(this.#folder, 'at-work'), token, this.#files))
        alive.add(claim);
    }
    return (claim) => alive.has(claim);
  }

  async #append(records: readonly LedgerRecord[]): Promise<void> {
    const lines = records.map(encodeRecord).join('');
    const all = [...this.#records, ...records];
    if (this.#identity === undefined || all.length > MOST_RECORDS) {
      const kept = all.length > MOST_RECORDS ? shortenRecords(all) : all;
      await writeAtomically(this.#files, this.#path, Buffer.from(kept.map(encodeRecord).join('')));
      await this.refresh();
      return;
    }
    const handle = await this.#files.open(this.#path, 'a');
    try {
      await handle.writeFile(this.#endsClean ? lines : `\n${lines}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    for (const record of records) this.#states.apply(record);
    this.#records = all;
    this.#endsClean = true;
    this.#identity = await this.#look();
  }

  async #look(): Promise<string | undefined> {
    try {
      const { ino, size } = await this.#files.stat(this.#path);
      return `${ino} ${size}`;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw fileError(error, 'read the ledger of the jobs', this.#path);
    }
  }

  async #read(): Promise<string> {
    try {
      return await this.#files.readFile(this.#path, 'utf8');
    } catch (error) {
      throw fileError(error, 'read the ledger of the jobs', this.#path);
    }
  }
}

/** The datasets whose jobs have been run in a data directory. */
export async function listLedgers(root: string, files: Files = nodeFiles): Promise<string[]> {
  requireFolder(root, 'the ledger of the jobs');
  return (await listFolder(files, join(root, 'jobs'))).filter((name) => isSafeName(name) && !name.includes('.jsonl'));
}
