/** Processes in a root of their own: as a build runs its steps, and as an engine runs containers, by namespaces alone. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Container {
  name: string;
  root: string;
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Number of the user and of its group. */
  user: number;
  folder: string;
  /** Folders of the host that can be written, by where they are in the container; all else but /tmp cannot. */
  mounts: Readonly<Record<string, string>>;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** How this machine reaches registries, where it does so in a way of its own. */
const WAYS = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];
const WORLD = ['/etc/resolv.conf', '/etc/ssl/certs', '/usr/share/ca-certificates'];

/**
 * A step of a build, or a command of a page: root in a root that can be written, with the network of this machine.
 * @returns what it printed
 * @throws with what it said where it fails
 */
export function runStep(
  root: string,
  script: string,
  { folder = '/', environment = {} as Record<string, string> } = {},
): string {
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  const ways = WAYS.flatMap((name) => (process.env[name] ? ['--setenv', name, process.env[name]] : []));
  const authority = process.env.NODE_EXTRA_CA_CERTS
    ? ['--setenv', 'npm_config_cafile', process.env.NODE_EXTRA_CA_CERTS]
    : [];
  const args = [
    ...[
      '--bind',
      root,
      '/',
      '--proc',
      '/proc',
      '--dev',
      '/dev',
      '--cap-add',
      'ALL',
      '--unshare-pid',
      '--die-with-parent',
    ],
    ...WORLD.filter(existsSync).flatMap((path) => ['--ro-bind', path, path]),
    ...(existsSync(cache) ? ['--bind', cache, '/root/.npm'] : []),
    ...['--clearenv', '--setenv', 'PATH', PATH, '--setenv', 'HOME', '/root', ...ways, ...authority],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--chdir', folder, '/bin/sh', '-c', script],
  ];
  const { status, stdout, stderr } = spawnSync('bwrap', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${script}\nended with ${status}:\n${stdout.slice(-2000)}\n${stderr.slice(-4000)}`);
  return stdout;
}

/** A network for containers: each has an address of its own, and knows the others by name. */
export class Network {
  readonly #id = Math.floor(Math.random() * 200) + 20;
  readonly #bridge = `kc${this.#id}`;
  readonly #addresses = new Map<string, string>();
  readonly #running: { child: ChildProcess; output: string[] }[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'network-'));

  /** @param names of all who will be in it */
  constructor(names: readonly string[]) {
    ip(`link add ${this.#bridge} type bridge`);
    ip(`addr add 10.231.${this.#id}.1/24 dev ${this.#bridge}`);
    ip(`link set ${this.#bridge} up`);
    names.forEach((name, index) => {
      this.#addresses.set(name, `10.231.${this.#id}.${index + 2}`);
      const space = this.space(name);
      const link = `${this.#bridge}v${index}`;
      ip(`netns add ${space}`);
      ip(`link add ${link} type veth peer name eth0 netns ${space}`);
      ip(`link set ${link} master ${this.#bridge} up`);
      ip(`-n ${space} addr add ${this.address(name)}/24 dev eth0`);
      ip(`-n ${space} link set eth0 up`);
      ip(`-n ${space} link set lo up`);
    });
    const hosts = [...this.#addresses].map(([name, address]) => `${address} ${name}`);
    writeFileSync(join(this.#folder, 'hosts'), ['127.0.0.1 localhost', ...hosts, ''].join('\n'));
  }

  address(name: string): string {
    return this.#addresses.get(name)!;
  }

  space(name: string): string {
    return `${this.#bridge}-${name}`;
  }

  /** Starts a container, or any process that has the name's place in the network. */
  start(container: Container): Started {
    // An engine lays this file over the image's, or beside it where it has none.
    if (!existsSync(join(container.root, 'etc/hosts'))) writeFileSync(join(container.root, 'etc/hosts'), '');
    return this.startProcess('ip', this.#inside(container, container.command));
  }

  startProcess(program: string, args: readonly string[]): Started {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output: string[] = [];
    child.stdout.on('data', (chunk) => output.push(String(chunk)));
    child.stderr.on('data', (chunk) => output.push(String(chunk)));
    this.#running.push({ child, output });
    return new Started(child, output);
  }

  /** As `exec` of Docker and of kubectl: a command beside the one of the container. */
  exec(container: Container, ...command: string[]): string {
    const { status, stdout, stderr } = spawnSync('ip', this.#inside(container, command), { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${stdout}${stderr}`);
    return stdout;
  }

  #inside({ name, root, environment, user, folder, mounts }: Container, command: readonly string[]): string[] {
    return [
      ...[
        'netns',
        'exec',
        this.space(name),
        'bwrap',
        '--ro-bind',
        root,
        '/',
        '--proc',
        '/proc',
        '--dev',
        '/dev',
        '--tmpfs',
        '/tmp',
      ],
      ...Object.entries(mounts).flatMap(([inside, outside]) => ['--bind', outside, inside]),
      ...['--ro-bind', join(this.#folder, 'hosts'), '/etc/hosts', '--unshare-pid', '--as-pid-1', '--die-with-parent'],
      ...[
        '--cap-add',
        'CAP_SETUID',
        '--cap-add',
        'CAP_SETGID',
        '--cap-add',
        'CAP_SETPCAP',
        '--chdir',
        folder,
        '--clearenv',
        '--setenv',
        'PATH',
        PATH,
      ],
      ...Object.entries(environment).flatMap(([key, value]) => ['--setenv', key, value]),
      ...[
        'setpriv',
        `--reuid=${user}`,
        `--regid=${user}`,
        '--clear-groups',
        '--inh-caps=-all',
        '--bounding-set=-all',
        '--no-new-privs',
      ],
      ...command,
    ];
  }

  async remove(): Promise<void> {
    await Promise.all(this.#running.map(({ child, output }) => new Started(child, output).kill()));
    for (const name of this.#addresses.keys()) ip(`netns del ${this.space(name)}`);
    ip(`link del ${this.#bridge}`);
  }
}

export class Started {
  readonly #child: ChildProcess;
  readonly #output: string[];

  constructor(child: ChildProcess, output: string[]) {
    this.#child = child;
    this.#output = output;
  }

  get output(): string {
    return this.#output.join('');
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The process with the number 1 in the container: what an engine sends signals to. */
  get first(): number {
    const path = `/proc/${this.#child.pid}/task/${this.#child.pid}/children`;
    return Number(readFileSync(path, 'utf8').trim().split(' ')[0]);
  }

  /** As an engine does it: SIGTERM. @returns the exit status */
  async stop(): Promise<number | null> {
    process.kill(this.first, 'SIGTERM');
    return this.#ended();
  }

  async kill(): Promise<void> {
    if (!this.isRunning) return;
    // The death of its parent does not reach a process that has changed its user.
    if (this.first > 0) process.kill(this.first, 'SIGKILL');
    this.#child.kill('SIGKILL');
    await this.#ended();
  }

  async #ended(): Promise<number | null> {
    if (this.isRunning) await new Promise((resolve) => this.#child.once('exit', resolve));
    return this.#child.exitCode;
  }
}

function ip(words: string): void {
  execFileSync('ip', words.split(' '), { stdio: 'pipe' });
}
