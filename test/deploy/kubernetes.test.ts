/** The manifests for Kubernetes are as its API has them, fit together, and start what the command line knows. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { at, heard, read } from './support.ts';

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data: Record<string, string>;
  stringData: Record<string, string>;
  spec: {
    selector: { matchLabels: object };
    template: { metadata: { labels: object }; spec: PodSpec };
    ports: { targetPort: string }[];
  };
}

interface PodSpec {
  terminationGracePeriodSeconds: number;
  containers: {
    image: string;
    imagePullPolicy: string;
    args: string[];
    ports: { name: string }[];
    env: { name: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
    envFrom: { configMapRef: { name: string } }[];
    volumeMounts: { name: string; mountPath: string }[];
    livenessProbe: { httpGet: { port: string } };
    resources: { limits: { memory: string } };
  }[];
  volumes: { name: string; persistentVolumeClaim?: { claimName: string } }[];
}

describe('the manifests for Kubernetes', () => {
  const documents = readdirSync(at('deploy/kubernetes')).flatMap((file) =>
    parseAllDocuments(read('deploy/kubernetes', file)).map((document) => document.toJS() as Manifest),
  );
  const deployments = documents.filter(({ kind }) => kind === 'Deployment');
  const sets = documents.filter(({ kind }) => kind === 'StatefulSet');
  const find = (kind: string, name: string) =>
    documents.find((each) => each.kind === kind && each.metadata.name === name);

  it('are as the API of Kubernetes has them', async () => {
    expect(documents.length).toBeGreaterThan(7);
    for (const document of documents) {
      const { apiVersion, kind } = document;
      const models = await import(`kubernetes-models/${apiVersion}/${kind}`);
      const Model = models[kind] as new (data: object) => { validate(): void };
      expect(() => new Model(document).validate(), `${kind} ${document.metadata.name}`).not.toThrow();
    }
  });

  it('fit together: labels, ports, volumes, settings and secrets', () => {
    for (const { metadata, spec } of deployments) {
      const { template, selector } = spec;
      expect(template.metadata.labels, metadata.name).toMatchObject(selector.matchLabels);
      const [container] = template.spec.containers;
      expect(container.ports.map(({ name }) => name)).toContain(container.livenessProbe.httpGet.port);
      const volumes = template.spec.volumes.map(({ name }) => name);
      expect(volumes).toEqual(container.volumeMounts.map(({ name }) => name));
      for (const { persistentVolumeClaim } of template.spec.volumes) {
        if (!persistentVolumeClaim) continue;
        expect(find('PersistentVolumeClaim', persistentVolumeClaim.claimName)).toBeDefined();
      }
      for (const { configMapRef } of container.envFrom) expect(find('ConfigMap', configMapRef.name)).toBeDefined();
    }
    for (const { spec } of [...deployments, ...sets]) {
      for (const { valueFrom } of spec.template.spec.containers[0].env) {
        if (!valueFrom) continue;
        const { name, key } = valueFrom.secretKeyRef;
        expect(Object.keys(find('Secret', name)!.stringData)).toContain(key);
      }
    }
  });

  it('each service has one kind of pod behind it, which has its ports', () => {
    const services = documents.filter(({ kind }) => kind === 'Service');
    expect(services.length).toBeGreaterThan(1);
    for (const service of services) {
      const behind = [...deployments, ...sets].filter(({ spec }) =>
        Object.entries(service.spec.selector).every(
          ([key, value]) => (spec.template.metadata.labels as never)[key] === value,
        ),
      );
      expect(behind, service.metadata.name).toHaveLength(1);
      const ports = behind[0].spec.template.spec.containers[0].ports.map(({ name }) => name);
      for (const { targetPort } of service.spec.ports) expect(ports).toContain(targetPort);
    }
  });

  it('start what the command line knows, each role', async () => {
    const roles = await Promise.all(
      deployments.map(async ({ spec }) => {
        const [{ args, envFrom }] = spec.template.spec.containers;
        const options = await heard(args, find('ConfigMap', envFrom[0].configMapRef.name)!.data);
        expect(options).toMatchObject({ dataset: 'mine', inbox: '/data/inbox', keepDays: 90 });
        expect(options.stations).toBeUndefined();
        return options.role;
      }),
    );
    expect(roles.sort()).toEqual(['api', 'worker']);
  });

  it('say which image, whence, how much memory, and give a process longer than it takes to end', () => {
    for (const { spec } of deployments) {
      const { containers, terminationGracePeriodSeconds } = spec.template.spec;
      expect(terminationGracePeriodSeconds).toBeGreaterThan(50);
      const [{ image, imagePullPolicy, resources }] = containers;
      expect(image).toMatch(/:\d/);
      expect(imagePullPolicy).toBe('IfNotPresent');
      expect(resources.limits.memory).toMatch(/^\d+[MG]i$/);
    }
  });

  it('the database is the one of the URL', () => {
    const { POSTGRES_PASSWORD, KERNELCAST_DATABASE_URL } = find('Secret', 'kernelcast-database')!.stringData;
    const { hostname, password } = new URL(KERNELCAST_DATABASE_URL);
    expect(password).toBe(POSTGRES_PASSWORD);
    expect(find('Service', hostname)).toBeDefined();
  });
});
