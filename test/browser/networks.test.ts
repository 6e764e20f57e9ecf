/** The example for the browser, built as its page says, gives in Chromium the logits of the reference and of Node. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Parameters } from '../../models/engine/parameters.ts';
import { EVALUATION } from '../../models/engine/pass.ts';
import { tensorFlowOps } from '../../models/engine/tensorflow.ts';
import { openTensorFlow } from '../../models/engine/tensorflow-backend.ts';
import { inferForm, inferNetworkConfig } from '../../models/unireplknet/infer-architecture.ts';
import { networkLogits } from '../../models/unireplknet/network.ts';
import { encodeSafetensors } from '../../models/weights/safetensors.ts';
import { packageRoot } from '../../src/config.ts';
import { channelsLast, ownFixture, withPrefix } from '../parity/fixture.ts';
import { hasChromium, launch } from './browser.ts';

const example = join(packageRoot(), 'docs', 'examples', 'browser');
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

describe.skipIf(!hasChromium)('UniRepLKNet in Chromium', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kernelcast-example-'));
    // The sources in place of the built package, so that no test looks at an old build.
    const alias = { 'kernelcast/models/unireplknet': join(packageRoot(), 'models', 'unireplknet', 'library.ts') };
    const outDir = join(folder, 'page');
    await build({ configFile: false, logLevel: 'error', root: example, resolve: { alias }, build: { outDir } });
    server = createServer(async (request, response) => {
      const path = request.url === '/' ? '/index.html' : request.url!;
      const body = await readFile(join(outDir, path)).catch(() => undefined);
      response.writeHead(body ? 200 : 404, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
      response.end(body);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await new Promise((done) => server.close(done));
    await rm(folder, { recursive: true });
  });

  test.each(['training', 'fused'] as const)(
    'the same logits as in Node and in the reference, weights %s',
    async (form) => {
      const fixture = ownFixture('net_tiny');
      const weights = withPrefix(fixture, form === 'training' ? 'w/' : 'f/');
      const x = channelsLast(fixture.get('x')!);
      const reference = fixture.get(form === 'training' ? 'y_eval' : 'y_fused')!.values;
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const found = await page.evaluate(
        async ({ checkpoint, shape, values }) => {
          const { kernelcastExample } = window as unknown as {
            kernelcastExample: { ready: Promise<void>; logitsOf(bytes: Uint8Array, x: object): Promise<Float32Array> };
          };
          await kernelcastExample.ready;
          const bytes = Uint8Array.from(atob(checkpoint), (letter) => letter.charCodeAt(0));
          return [...(await kernelcastExample.logitsOf(bytes, { shape, values: Float32Array.from(values) }))];
        },
        {
          checkpoint: Buffer.from(encodeSafetensors(weights)).toString('base64'),
          shape: [...x.shape],
          values: [...x.values],
        },
      );
      await page.close();
      const { tf } = await openTensorFlow();
      const tensors = new Map([...weights].map(([name, each]) => [name, tf.tensor(each.values, [...each.shape])]));
      const inNode = tf.tidy(() =>
        networkLogits(
          tensorFlowOps(tf),
          tf.tensor(x.values, [...x.shape]),
          new Parameters(tensors),
          inferNetworkConfig(weights),
          inferForm(weights),
          EVALUATION,
        ).dataSync(),
      );
      expect(found).toHaveLength(reference.length);
      for (const [i, value] of found.entries()) {
        expect(Math.abs(value - inNode[i])).toBeLessThan(1e-4);
        expect(Math.abs(value - reference[i])).toBeLessThan(1e-4);
      }
    },
  );
});
