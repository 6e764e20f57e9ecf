/** Listens, and stops without breaking off an answer. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KernelcastError } from '../errors.ts';
import { systemCode } from '../store/files.ts';

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

/**
 * @param port 0 for any that is free
 * @throws KernelcastError `ENVIRONMENT` when the port is taken, or may not be used
 */
export async function serve({
  app,
  port,
  host,
}: {
  app: RequestListener;
  port: number;
  host: string;
}): Promise<RunningServer> {
  const server = await listen(app, port, host);
  // A client that sends its request a byte at a time does not hold a connection for long.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}`, port: address.port, close: (graceMs) => close(server, graceMs) };
}

function listen(app: RequestListener, port: number, host: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(app);
    server.once('error', (error) => reject(listenError(error, port, host)));
    server.listen(port, host, () => resolve(server));
  });
}

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
