/** Listens, and stops without breaking off an answer. */
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { KernelcastError } from '../errors.ts';
import { systemCode } from '../store/disk/files.ts';

export interface RunningServer {
  /** `http://127.0.0.1:8080` */
  url: string;
  port: number;
  /**
   * Takes no new connections, lets the answers under way be finished, and resolves when all are.
   * @param graceMs after which connections that are still open are broken off
   */
  close(graceMs?: number): Promise<void>;
}

const GRACE_MS = 10_000;

/** Longer than proxies keep theirs (a minute, mostly), so that none sends a request into a connection that is being closed. */
const KEEP_ALIVE_MS = 75_000;

/** A client that sends its request a byte at a time does not hold a connection for long. */
interface Patience {
  headersMs: number;
  requestMs: number;
  /** How often it is looked who takes too long. */
  checkEveryMs: number;
}
const PATIENCE: Patience = { headersMs: 10_000, requestMs: 30_000, checkEveryMs: 5_000 };

/**
 * @param port 0 for any that is free
 * @throws KernelcastError `ENVIRONMENT` when the port is taken, or may not be used
 */
export async function serve({
  app,
  port,
  host,
  patience = PATIENCE,
}: {
  app: RequestListener;
  port: number;
  host: string;
  patience?: Patience;
}): Promise<RunningServer> {
  const server = createServer(
    {
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: patience.checkEveryMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    app,
  );
  await listen(server, port, host);
  server.on('clientError', refuseUnreadable);
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, port: address.port, close: (graceMs) => close(server, graceMs) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, port, host)));
    server.listen(port, host, resolve);
  });
}

/** What is no HTTP, or too long a line of it, never becomes a request: the parser's error is answered as a problem, too. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = UNREADABLE[error.code ?? ''] ?? [400, 'The request is not HTTP as it should be.'];
  const title = STATUS_CODES[status];
  const id = randomUUID();
  const body = JSON.stringify({
    type: 'about:blank',
    title,
    status,
    code: 'USAGE',
    detail,
    error: true,
    reason: detail,
    request_id: id,
  });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json; charset=utf-8\r\nX-Request-Id: ${id}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const UNREADABLE: Record<string, [status: number, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'The address and the headers are longer than 16 KB together: send long lists by POST.'],
  HPE_INVALID_URL: [
    400,
    'The address holds a letter or sign that must be percent-encoded, as z%C3%BCrich for zürich: curl does it by -G --data-urlencode.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come in time.'],
};

function listenError(error: Error, port: number, host: string): KernelcastError {
  const code = systemCode(error) ?? error.message;
  const hints: Record<string, string> = {
    EADDRINUSE: 'Another program listens there: stop it, or choose another port with --port.',
    EACCES: 'Ports below 1024 need a privilege: choose another with --port.',
    EADDRNOTAVAIL: 'This machine has no such address: choose another with --host.',
  };
  return new KernelcastError('ENVIRONMENT', `cannot listen on ${host}:${port}: ${code}`, {
    where: { host, port },
    hint: hints[code],
    cause: error,
  });
}

function close(server: Server, graceMs = GRACE_MS): Promise<void> {
  return new Promise((resolve) => {
    // A connection that has its answer is kept for the next request; there will be none.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(timer);
      resolve();
    });
  });
}
