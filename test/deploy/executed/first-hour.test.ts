/**
 * A stranger's first hour, done: the Dockerfile's steps in a bare Debian, the roles of the compose file and of the manifests as
 * containers without an engine, the page for units word by word. Each ends with a first forecast over HTTP.
 *
 * Where root, mmdebstrap, bubblewrap or PostgreSQL are missing, it says so and skips. `KERNELCAST_DEBIAN=FOLDER` keeps the Debian.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { postgresBinaries } from '../../cluster/postgres.ts';
import { readCompose } from '../compose-file.ts';
import { readIgnore } from '../docker-ignore.ts';
import { readDockerfile } from '../dockerfile.ts';
import { at, read, readVariables } from '../support.ts';
import { readUnit } from '../unit-file.ts';
import { buildImage, type Image } from './build-image.ts';
import { answers, memoryOf, observations, reachFirstForecast, startDatabase, until, volume } from './cluster.ts';
import { type Container, Network, runStep, type Started } from './container.ts';
import { bareDebian, layNode, missing, Overlay } from './debian.ts';

const lacks = missing() ?? (postgresBinaries() ? undefined : 'PostgreSQL');
if (lacks) console.warn(`the first hour is not tried here: this machine lacks ${lacks}`);
/** Of the image `node`, which has it with this Node. */
const NPM = '10.9.9';
const MOST_MODULES_MB = 450;
/** Only ends a build that hangs: all that an image is made of comes from registries. */
const BUILD_MS = 1_800_000;
/** Times and memory are told, and held where the machine does nothing else: no verdict hangs on a busy one. */
const measured: Record<string, number> = {};

describe.skipIf(lacks)('the first hour', () => {
  const stages = lacks ? [] : readDockerfile(read('deploy/Dockerfile'));
  let node: Overlay;
  let image: Image;
  const networks: Network[] = [];

  beforeAll(async () => {
    node = new Overlay(bareDebian());
    layNode(node.root, /^node:(\d+\.\d+\.\d+)/.exec(stages[0].base)![1], NPM);
    const ignore = readIgnore(read('.dockerignore'));
    image = buildImage({ stages, base: node.root, context: at(), ignore });
  }, BUILD_MS);
  afterAll(async () => {
    for (const network of networks) await network.remove();
    image?.remove();
    node?.remove();
    console.info(JSON.stringify({ suite: 'first-hour', ...measured }));
  });

  it('the image has what runs, and less than 450 MB of modules', () => {
    const kilobytes = Number(
      execFileSync('du', ['-sk', join(image.root, 'app/node_modules')], { encoding: 'utf8' }).split('\t')[0],
    );
    measured.modules_mb = Math.round(kilobytes / 1024);
    expect(measured.modules_mb).toBeLessThan(MOST_MODULES_MB);
    // What an install script would have fetched from elsewhere.
    expect(execFileSync('find', [image.root, '-name', 'libonnxruntime_providers*'], { encoding: 'utf8' })).toBe('');
    expect(runStep(image.root, 'grib_ls -V')).toMatch(/ecCodes|eccodes|\d\.\d+/i);
    expect(existsSync(join(image.root, 'app/test'))).toBe(false);
  });

  /** As an engine makes a container of the image. */
  function containerOf(
    name: string,
    settings: { args?: string[]; environment: Record<string, string>; data: string },
  ): Container {
    const { stage, root } = image;
    const command = [...stage.entrypoint, ...(settings.args ?? stage.command)];
    const environment = { ...stage.environment, ...settings.environment };
    return {
      name,
      root,
      command,
      environment,
      user: 1000,
      folder: stage.folder,
      mounts: { [stage.volumes[0]]: settings.data },
    };
  }

  async function startRoles(network: Network, roles: readonly Container[]): Promise<Map<string, Started>> {
    const started = new Map<string, Started>();
    for (const container of roles) {
      const its = network.start(container);
      started.set(container.name, its);
      const url = `http://${network.address(container.name)}:8080/health/live`;
      measured[`${container.name}_first_answer_s`] = await until(its, container.name, () => answers(url));
    }
    return started;
  }

  async function reachesForecastAndStops(network: Network, roles: readonly Container[], data: string): Promise<void> {
    const started = await startRoles(network, roles);
    const [api, worker] = ['api', 'worker'].map((role) => roles.find(({ name }) => name.endsWith(role))!);
    measured.api_memory_mb = Math.round(memoryOf(started.get(api.name)!));
    await reachFirstForecast(network, worker, { url: `http://${network.address(api.name)}:8080` }, data);
    expect(() => network.exec(api, ...image.stage.healthcheck!)).not.toThrow();
    expect(network.exec(worker, 'kernelcast', 'doctor', '--port', '0')).not.toContain('FAIL');
    for (const [name, its] of started) expect(await its.stop(), `${name}: ${its.output.slice(-1500)}`).toBe(0);
  }

  it('docker compose up: the roles of compose.yaml reach a first forecast, and end when they are told', async () => {
    const { services } = readCompose(['compose.yaml']);
    const { database, ...roles } = services;
    const network = new Network(Object.keys(services));
    networks.push(network);
    const data = volume(1000);
    await startDatabase(network, 'database', database.environment!);
    const containers = Object.entries(roles).map(([name, { command, environment = {}, depends_on, healthcheck }]) => {
      expect(depends_on?.database.condition).toBe('service_healthy');
      expect(healthcheck!.test.slice(1, 3)).toEqual(['node', 'deploy/health.mjs']);
      return containerOf(name, { args: command, environment, data });
    });
    await reachesForecastAndStops(network, containers, data);
  });

  it('kubectl apply: the roles of the manifests do too', async () => {
    const documents = ['settings.yaml', 'kernelcast.yaml', 'database.yaml'].flatMap((file) =>
      parseAllDocuments(read('deploy/kubernetes', file)).map((document) => document.toJS()),
    );
    const find = (kind: string) => documents.filter((each) => each.kind === kind);
    const secret = find('Secret')[0].stringData as Record<string, string>;
    const database = find('StatefulSet')[0].metadata.name as string;
    const pods = find('Deployment').map(({ metadata, spec }) => ({
      name: metadata.name as string,
      ...spec.template.spec,
    }));
    const network = new Network([database, ...pods.map(({ name }) => name)]);
    networks.push(network);
    const data = volume(1000);
    await startDatabase(network, database, { POSTGRES_USER: 'kernelcast', POSTGRES_DB: 'kernelcast', ...secret });
    const containers = pods.map(
      ({ name, containers: [{ args, volumeMounts, securityContext }], securityContext: its }) => {
        expect([its.runAsUser, its.fsGroup, securityContext.readOnlyRootFilesystem]).toEqual([1000, 1000, true]);
        expect(volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toEqual(['/data', '/tmp']);
        const { KERNELCAST_DATABASE_URL } = secret;
        return containerOf(name, {
          args,
          environment: { ...find('ConfigMap')[0].data, KERNELCAST_DATABASE_URL },
          data,
        });
      },
    );
    await reachesForecastAndStops(network, containers, data);
  });

  it('as a unit: the page, word by word, on a Debian that has Node', async () => {
    const machine = new Overlay(node.root);
    try {
      const page = /### As a unit[\s\S]*?```sh\n([\s\S]*?)```/.exec(read('docs/operation.md'))![1];
      const commands = page
        .split('\n')
        .map((line) => line.replace(/\s+#.*$/, ''))
        .filter((line) => line !== '');
      expect(commands.at(-1)).toContain('systemctl enable --now kernelcast');
      execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', join(machine.root, 'root')], {
        cwd: at(),
      });
      runStep(machine.root, ['set -e', 'cd /root', ...commands.slice(0, -1)].join('\n'));

      // What systemd does with it.
      const unit = readUnit(readFileSync(join(machine.root, 'etc/systemd/system/kernelcast.service'), 'utf8'));
      const user = Number(runStep(machine.root, `id -u ${unit.user}`));
      const state = join('/var/lib', unit.one('StateDirectory'));
      mkdirSync(join(machine.root, state), { recursive: true });
      const environment = {
        ...unit.environment,
        ...readVariables(readFileSync(join(machine.root, unit.environmentFiles[0]), 'utf8')),
      };
      const data = volume(user);
      const network = new Network(['machine']);
      networks.push(network);
      const service: Container = {
        ...{ name: 'machine', root: machine.root, command: unit.command, environment, user },
        ...{ folder: unit.workingDirectory, mounts: { [state]: data } },
      };
      const started = network.start(service);
      const asked = () => curl(network, service, '/health/live');
      measured.unit_first_answer_s = await until(started, 'the unit', asked);
      writeFileSync(join(data, 'inbox', 'observations.csv'), observations());
      const kernelcast = unit.command[0];
      expect(network.exec(service, kernelcast, 'jobs', 'run', 'ingest')).toContain('done');
      expect(network.exec(service, kernelcast, 'jobs', 'run', 'forecast')).toContain('done');
      await until(started, 'the first forecast', () =>
        curl(network, service, '/v1/forecast?latitude=52.5&longitude=13.4&hourly=temperature_2m'),
      );
      expect(network.exec(service, kernelcast, 'doctor', '--port', '0')).not.toContain('FAIL');
      expect(await started.stop()).toBe(0);
    } finally {
      for (const network of networks.splice(0)) await network.remove();
      machine.remove();
    }
  });
});

/** The service listens on its own machine only. */
function curl(network: Network, container: Container, path: string): boolean {
  const script = `fetch('http://127.0.0.1:8080${path}').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))`;
  try {
    network.exec(container, 'node', '-e', script);
    return true;
  } catch {
    return false;
  }
}
