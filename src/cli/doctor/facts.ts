/** Looks at this machine: tries what a service and a training need, and takes nothing for granted. */
import { mkdtemp, readFile, rm, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { dataDirectory, isBucket, packageRoot } from '../../config.ts';
import { isKernelcastError } from '../../errors.ts';
import { localFolder, parseBucket } from '../../store/bucket/bucket-address.ts';
import type { EngineFact, Facts } from './checks.ts';

export interface Where {
  data?: string;
  host: string;
  port: number;
}

export async function gatherFacts({ data, host, port }: Where): Promise<Facts> {
  const manifest = join(packageRoot(), 'package.json');
  const { engines, dependencies } = JSON.parse(await readFile(manifest, 'utf8'));
  const folder = dataDirectory(data);
  const present = await nearestFolder(localFolder(folder));
  return {
    node: process.version,
    oldestNode: /\d+\.\d+\.\d+/.exec(engines.node)![0],
    brokenPackages: await brokenPackages(Object.keys(dependencies)),
    memory: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
    cores: availableParallelism(),
    training: await tryEngine(trainOnce),
    serving: await tryEngine(serveOnce),
    store: { folder, problem: await problemOf(() => (isBucket(folder) ? askBucket(folder) : writeOnce(present))) },
    freeDisk: await statfs(present).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => null,
    ),
    now: Date.now(),
    installedAt: (await stat(manifest)).mtimeMs,
    port: { host, port, problem: await problemOf(() => listenOnce(host, port)) },
  };
}

/** Only those with a native part can fail to load where they are installed; the others must be there. */
async function brokenPackages(names: readonly string[]): Promise<{ name: string; problem: string }[]> {
  const native = ['onnxruntime-node'];
  const problems = await Promise.all(
    names.map(async (name) => {
      const folder = join(packageRoot(), 'node_modules', name);
      const problem = await problemOf(() =>
        native.includes(name) ? import(name) : stat(folder).catch(() => import.meta.resolve(name)),
      );
      return { name, problem };
    }),
  );
  return problems.flatMap(({ name, problem }) => (problem === null ? [] : [{ name, problem }]));
}

/** A gradient. */
async function trainOnce(): Promise<EngineFact> {
  const { openTensorFlow } = await import('../../../models/engine/tensorflow-backend.ts');
  const { tf, report } = await openTensorFlow();
  const slope = tf.tidy(
    () =>
      tf
        .grad((x) => x.square().sum())(tf.tensor1d([3]))
        .dataSync()[0],
  );
  return slope === 6 ? report : { problem: `${report.name} says that the slope of x^2 at 3 is ${slope}` };
}

/** A graph of one operation. */
async function serveOnce(): Promise<EngineFact> {
  const [{ emitOnnx }, { openOnnxSession }] = await Promise.all([
    import('../../../models/engine/onnx/emit.ts'),
    import('../../../models/engine/onnx/session.ts'),
  ]);
  const graph = emitOnnx('doctor', { x: [-1, 1] }, new Map(), (ops, _, { x }) => ({ y: ops.add(x, x) }));
  const session = await openOnnxSession(graph, { threads: 1 });
  const { y } = await session.run({ x: { shape: [1, 1], values: Float32Array.of(3) } });
  await session.close();
  return y.values[0] === 6 ? session.engine : { problem: `${session.engine.name} says that 3 + 3 is ${y.values[0]}` };
}

async function tryEngine(probe: () => Promise<EngineFact>): Promise<EngineFact> {
  try {
    return await probe();
  } catch (error) {
    return { problem: tell(error), mend: isKernelcastError(error) ? error.hint : undefined };
  }
}

async function problemOf(attempt: () => Promise<unknown> | unknown): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return tell(error);
  }
}

function tell(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0];
}

async function writeOnce(folder: string): Promise<void> {
  const temporary = await mkdtemp(join(folder, '.kernelcast-doctor-'));
  await rm(temporary, { recursive: true });
}

async function askBucket(root: string): Promise<void> {
  const { Objects } = await import('../../store/bucket/objects.ts');
  await new Objects(parseBucket(root)).checkConditions();
}

/** The folder itself, or the nearest above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

function listenOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}
