/** The image is made of what there is, and installing fetches nothing that npm does not. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isIgnored, readIgnore } from './docker-ignore.ts';
import { readDockerfile } from './dockerfile.ts';
import { at, read } from './support.ts';

const stages = readDockerfile(read('deploy/Dockerfile'));
const ignore = readIgnore(read('.dockerignore'));
const steps = stages.flatMap(({ steps }) => steps);

describe('the image', () => {
  it('copies what is there, and what the context leaves in', () => {
    const copied = steps.flatMap((step) =>
      step.name !== 'COPY' ? [] : step.sources.map((source) => (step.from ? source.replace(/^\/app\//, '') : source)),
    );
    expect(copied.length).toBeGreaterThan(6);
    for (const path of copied.filter((path) => !['node_modules', '/app/node_modules', 'dist'].includes(path))) {
      expect(existsSync(at(path)), path).toBe(true);
      expect(isIgnored(ignore, path), path).toBe(false);
    }
  });

  it('has all that the build reads, and neither secrets nor history', () => {
    for (const path of ['src/cli/cli.ts', 'dashboards/vite.config.ts', 'models/pretrained/unireplknet/model.json']) {
      expect(isIgnored(ignore, path), path).toBe(false);
    }
    for (const path of ['.git/config', '.env', 'node_modules/a', 'dist/a', 'data/runs', 'test/bundle.ts', 'inbox/a']) {
      expect(isIgnored(ignore, path), path).toBe(true);
    }
  });

  it('has each of its bases by a version, the same for all', () => {
    const bases = new Set(stages.map(({ base }) => base));
    expect([...bases]).toEqual([expect.stringMatching(/^node:\d+\.\d+\.\d+-/)]);
  });

  it('runs as a user that is not root, with an init, and says how it is asked whether it is well', () => {
    const { user, entrypoint, command, healthcheck, volumes } = stages.at(-1)!;
    expect(user).toBe('node');
    expect(entrypoint.slice(0, 2)).toEqual(['tini', '--']);
    expect(command).toEqual(['start']);
    expect(healthcheck?.at(-1)).toBe('ready');
    expect(volumes).toEqual(['/data']);
  });

  it('says the version of the package', () => {
    const { version } = JSON.parse(read('package.json'));
    expect(read('deploy/Dockerfile')).toContain(`image.version="${version}"`);
    for (const file of ['compose.yaml', 'deploy/kubernetes/kernelcast.yaml']) {
      expect([...read(file).matchAll(/image: kernelcast:(\S+)/g)].map(([, tag]) => tag)).not.toContain(undefined);
      expect(
        [...read(file).matchAll(/image: kernelcast:?(\S*)/g)].every(([, tag]) => tag === version),
        file,
      ).toBe(true);
    }
  });
});

describe('npm ci', () => {
  // npm before version 11.16 runs the scripts of dependencies that the lock says have some, whatever `allowScripts` says; that of
  // onnxruntime-node fetches 300 MB from elsewhere. None of those scripts is needed.
  it('runs no script of a dependency, with any npm', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, object> };
    const scripted = Object.keys(packages).filter((path) => 'hasInstallScript' in packages[path]);
    expect(scripted, 'take "hasInstallScript" out of package-lock.json: see CONTRIBUTING.md').toEqual([]);
  });
});
