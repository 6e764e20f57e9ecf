/**
 * Requests and their answers by Node's own HTTP client, each step with a limit to how long the server may be silent. (undici's, of the
 * versions that run on Node 20, crashes the process where a server closes a connection whose answer is still being read:
 * nodejs/undici#5360.)
 */
import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction } from 'node:net';

/** The server has been silent for too long. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

export interface ConnectionsOptions {
  /** Milliseconds. */
  stallMs: number;
  lookup?: LookupFunction;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #plain = new http.Agent({ keepAlive: true });
  readonly #secure = new https.Agent({ keepAlive: true });

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  destroy(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  /** An answer as soon as its headers are there; its body must be read, or the message destroyed. @throws Error of the network */
  get(url: URL, headers: Record<string, string>): Promise<http.IncomingMessage> {
    const { stallMs, lookup } = this.#options;
    const isSecure = url.protocol === 'https:';
    const agent = isSecure ? this.#secure : this.#plain;
    return new Promise((resolve, reject) => {
      const request = (isSecure ? https : http).get(url, { agent, headers, lookup });
      const giveUp = (what: string) => setTimeout(() => request.destroy(new SilenceError(what)), stallMs);
      let timer = giveUp('the server cannot be reached');
      const wait = () => {
        clearTimeout(timer);
        timer = giveUp('the server does not answer');
      };
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', wait);
        else wait();
      });
      request.on('response', (response) => {
        clearTimeout(timer);
        resolve(response);
      });
      // After the answer has begun, the message has the error too.
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
    });
  }

  /** The parts of an answer; only the time that the server lets us wait counts, not how slowly they are read. */
  async *bodyOf(response: http.IncomingMessage): AsyncGenerator<Uint8Array> {
    const { stallMs } = this.#options;
    const parts = response[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    try {
      for (;;) {
        const stalls = new SilenceError('the server stalls in the midst of the answer');
        const timer = setTimeout(() => response.destroy(stalls), stallMs);
        const { value, done } = await parts.next().finally(() => clearTimeout(timer));
        if (done) return;
        yield value;
      }
    } finally {
      // Of an answer that is not read to its end the connection is of no more use.
      if (!response.readableEnded) response.destroy();
    }
  }
}
