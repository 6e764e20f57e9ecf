/** A server of the tests: each request is answered by the next of its scripts, the last one again and again. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Script = (request: IncomingMessage, response: ServerResponse) => void;

export interface TestServer {
  url: string;
  port: number;
  /** The requests so far, as `GET /path`, and their headers. */
  requests: { line: string; headers: IncomingMessage['headers'] }[];
}

export async function serve(...scripts: Script[]): Promise<TestServer> {
  const requests: TestServer['requests'] = [];
  const server: Server = createServer((request, response) => {
    const script = scripts[Math.min(requests.length, scripts.length - 1)];
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    script(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, requests };
}

/** Answers with a status, headers and a body. */
export function answer(status: number, body: string | Buffer = '', headers: Record<string, string> = {}): Script {
  return (_, response) => {
    response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
    response.end(body);
  };
}

/**
 * Sends the first bytes of a body that is said to be longer, and then breaks the connection or falls silent.
 * @param received resolves when the client has them: what a broken connection has not given yet is lost
 */
export function broken(
  body: string,
  sent: number,
  how: 'closes' | 'stalls',
  headers: Record<string, string> = {},
  received: () => Promise<unknown> = async () => {},
): Script {
  return (_, response) => {
    response.writeHead(200, { 'content-length': String(body.length), ...headers });
    response.write(body.slice(0, sent), async () => {
      if (how === 'stalls') return;
      await received();
      response.destroy();
    });
  };
}

/** A file as a good server has it: ETag, conditions, ranges. */
export function file(body: string, etag: string): Script {
  return (request, response) => {
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end();
      return;
    }
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    if (from !== undefined && request.headers['if-range'] === etag) {
      const rest = body.slice(Number(from));
      const range = `bytes ${from}-${body.length - 1}/${body.length}`;
      response.writeHead(206, { etag, 'content-range': range, 'content-length': String(rest.length) }).end(rest);
      return;
    }
    response.writeHead(200, { etag, 'content-length': String(body.length) }).end(body);
  };
}
