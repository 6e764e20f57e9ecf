/** A PostgreSQL of its own for a test: made in a temporary folder, started on a free port, gone at the end. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How long it may take to start or stop, on a machine that does much else. */
const SECONDS = '300';

/** The folder of `initdb` and `pg_ctl`, or undefined where PostgreSQL is not installed. */
export function postgresBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

export class Postgres {
  readonly url: string;
  readonly #binaries: string;
  readonly #folder: string;
  readonly #port: number;

  private constructor(binaries: string, folder: string, port: number) {
    this.#binaries = binaries;
    this.#folder = folder;
    this.#port = port;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  static async start(): Promise<Postgres> {
    const binaries = postgresBinaries();
    if (!binaries) throw new Error('PostgreSQL is not installed');
    const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
    chmodSync(folder, 0o755);
    if (isRoot()) execFileSync('chown', ['postgres', folder]);
    const database = new Postgres(binaries, folder, await freePort());
    database.#run('initdb', '-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '--no-sync');
    database.up();
    return database;
  }

  up(): void {
    const options = `-c listen_addresses=127.0.0.1 -c port=${this.#port} -c unix_socket_directories=${this.#folder}`;
    const log = join(this.#folder, 'log');
    this.#run('pg_ctl', '-D', join(this.#folder, 'data'), '-l', log, '-w', '-t', SECONDS, '-o', options, 'start');
  }

  /** As `pg_ctl restart` and as a crash: connections are cut. */
  down(): void {
    this.#run('pg_ctl', '-D', join(this.#folder, 'data'), '-m', 'immediate', '-w', '-t', SECONDS, 'stop');
  }

  remove(): void {
    try {
      this.down();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  /** PostgreSQL refuses to run as root. */
  #run(program: string, ...args: string[]): void {
    const path = join(this.#binaries, program);
    const [command, all] = isRoot() ? ['runuser', ['-u', 'postgres', '--', path, ...args]] : [path, args];
    const { status, stderr } = spawnSync(command, all, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
    if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
