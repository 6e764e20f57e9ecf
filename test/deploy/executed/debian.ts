/**
 * A bare Debian in a folder, as the images of Node and strangers' machines begin with: made once by mmdebstrap, then looked at
 * through overlays, so that each test changes a copy of its own. Needs root, mmdebstrap, bubblewrap and the registries.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is missing here for these tests, or undefined where they can run. */
export function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'root';
  return ['mmdebstrap', 'bwrap', 'ip', 'setpriv'].find((tool) => spawnSync('which', [tool]).status !== 0);
}

/** The base, kept between calls where `KERNELCAST_DEBIAN` names a folder for it. */
export function bareDebian(): string {
  const folder = process.env.KERNELCAST_DEBIAN ?? join(mkdtempSync(join(tmpdir(), 'debian-')), 'root');
  if (existsSync(folder)) return folder;
  // Renamed when it is whole: one that was broken off is none.
  const options = ['--variant=minbase', '--include=ca-certificates,systemd', '--dpkgopt=force-unsafe-io', '--quiet'];
  execFileSync('mmdebstrap', [...options, 'bookworm', `${folder}.new`, 'http://deb.debian.org/debian'], {
    stdio: 'pipe',
  });
  renameSync(`${folder}.new`, folder);
  return folder;
}

/** A copy of a folder that takes changes, until it is removed. */
export class Overlay {
  readonly root: string;
  readonly #folder: string;

  constructor(lower: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'overlay-'));
    const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(this.#folder, name));
    for (const folder of [upper, work, root]) mkdirSync(folder);
    execFileSync('mount', [
      '-t',
      'overlay',
      'overlay',
      '-o',
      `lowerdir=${lower},upperdir=${upper},workdir=${work}`,
      root,
    ]);
    this.root = root;
  }

  remove(): void {
    execFileSync('umount', ['--lazy', this.root]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Lays Node and the npm that comes with it where the image `node:VERSION` has them, and makes its user `node`. */
export function layNode(root: string, version: string, npm: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'node-'));
  const packages = [`node-linux-${process.arch}@${version}`, `npm@${npm}`];
  execFileSync('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-save', '--silent', ...packages], {
    cwd: folder,
  });
  const local = join(root, 'usr/local');
  cpSync(join(folder, `node_modules/node-linux-${process.arch}/bin/node`), join(local, 'bin/node'));
  mkdirSync(join(local, 'lib/node_modules'), { recursive: true });
  cpSync(join(folder, 'node_modules/npm'), join(local, 'lib/node_modules/npm'), { recursive: true });
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name));
  appendFileSync(join(root, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n');
  appendFileSync(join(root, 'etc/group'), 'node:x:1000:\n');
  rmSync(folder, { recursive: true });
}
