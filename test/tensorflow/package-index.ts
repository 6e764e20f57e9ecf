/** A Python package index of the tests, in a thread of its own: who asks it may be pip, while the test waits for pip. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

export interface PackageIndex {
  /** For `PIP_INDEX_URL`. */
  url: string;
  /** The requests for files so far: which part each asked for, if not the whole. */
  requests: { file: string; range?: string; agent?: string }[];
}

interface Manner {
  /** The first answer to others than pip breaks off halfway. */
  breaksOff?: boolean;
  /** Only pip gets files. */
  onlyPip?: boolean;
  /** Gives other bytes than it promises. */
  lies?: boolean;
}

const SERVER = `
const { createServer } = require('node:http');
const { parentPort, workerData: { files, manner } } = require('node:worker_threads');
let isFirst = true;
const server = createServer((request, response) => {
  const [, kind, name] = request.url.split('/');
  if (kind === 'simple') {
    const own = files.filter((file) => file.name.toLowerCase().startsWith(name.replaceAll('-', '_') + '-'));
    if (own.length === 0) return response.writeHead(404).end();
    response.setHeader('content-type', 'text/html');
    return response.end(own.map((file) => '<a href="/files/' + file.name + '#sha256=' + file.sha256 + '">' + file.name + '</a>').join(''));
  }
  const { range, 'user-agent': agent } = request.headers;
  parentPort.postMessage({ file: name, range, agent });
  if (manner.onlyPip && !agent.startsWith('pip')) return response.writeHead(403).end();
  const body = Buffer.from(files.find((file) => file.name === name).bytes);
  if (manner.lies) body[body.length - 1] ^= 1;
  const from = range ? Number(/\\d+/.exec(range)[0]) : 0;
  const rest = body.subarray(from);
  response.writeHead(range ? 206 : 200, {
    etag: '"one"',
    'content-length': rest.length,
    ...(range ? { 'content-range': 'bytes ' + from + '-' + (body.length - 1) + '/' + body.length } : {}),
  });
  if (!manner.breaksOff || !isFirst) return response.end(rest);
  isFirst = false;
  response.write(rest.subarray(0, rest.length >> 1), () => setTimeout(() => response.destroy(), 50));
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** Serves the wheels of a folder. */
export async function servePackages(folder: string, manner: Manner = {}): Promise<PackageIndex> {
  const files = readdirSync(folder).map((name) => {
    const bytes = readFileSync(join(folder, name));
    return { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
  const worker = new Worker(SERVER, { eval: true, workerData: { files, manner } });
  onTestFinished(async () => void (await worker.terminate()));
  const [port] = await once(worker, 'message');
  const requests: PackageIndex['requests'] = [];
  worker.on('message', (request) => requests.push(request));
  return { url: `http://127.0.0.1:${port}/simple`, requests };
}
