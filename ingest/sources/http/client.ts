/**
 * The one way out to HTTP servers: allowed hosts only, no redirects to private addresses, limits of size, rate and patience, and
 * another attempt where that may help.
 *
 *     const client = new HttpClient({ allowHosts: ['www.ncei.noaa.gov'] });
 *     const text = await client.text('https://www.ncei.noaa.gov/...');
 */

import type { IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../src/domain/clock.ts';
import { isKernelcastError, KernelcastError } from '../../../src/errors.ts';
import { isPublicAddress, PrivateAddressError, publicLookup } from './addresses.ts';
import { backoff } from './backoff.ts';
import { Connections, SilenceError } from './connections.ts';

export interface HttpOptions {
  /** The only hosts that are asked; any where it is not given. `.noaa.gov` allows all below. */
  allowHosts?: readonly string[];
  /** The most bytes of one answer. */
  maxBytes?: number;
  bytesPerSecond?: number;
  attempts?: number;
  /** How long a server may be silent before that counts as a failure. */
  stallMs?: number;
  clock?: Clock;
  /** In [0, 1). */
  random?: () => number;
  sleep?: (milliseconds: number) => Promise<unknown>;
  lookup?: LookupFunction;
}

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  /** Chunks, as fast as the limit of the rate lets them through. Throws where the server breaks off or goes beyond a limit. */
  body: AsyncIterable<Uint8Array>;
  /** The address after redirects. */
  url: string;
}

const DEFAULTS = { maxBytes: 8 * 2 ** 30, attempts: 5, stallMs: 30_000 };
const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** What may be otherwise the next time. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A server that trickles: slower than this for so long. */
const LEAST_BYTES_PER_SECOND = 256;
const TRICKLE_MS = 60_000;

/** A failure that another attempt may mend. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';
  readonly retryAfter: string | undefined;

  constructor(message: string, options: { retryAfter?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfter = options.retryAfter;
  }
}

export class HttpClient {
  readonly #options: HttpOptions & typeof DEFAULTS;
  readonly #clock: Clock;
  /** What a person names may be anywhere; what a server sends us to must be public. */
  readonly #anywhere: Connections;
  readonly #publicOnly: Connections;

  constructor(options: HttpOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
    this.#clock = options.clock ?? systemClock;
    const { stallMs, lookup } = this.#options;
    this.#anywhere = new Connections({ stallMs, lookup });
    this.#publicOnly = new Connections({ stallMs, lookup: publicLookup(lookup) });
  }

  async close(): Promise<void> {
    this.#anywhere.destroy();
    this.#publicOnly.destroy();
  }

  /**
   * Does `work` until it succeeds, fails for good, or the attempts are used up.
   * @throws KernelcastError `ENVIRONMENT` after the last passing failure; what `work` throws otherwise
   */
  async withRetries<T>(url: string, work: () => Promise<T>): Promise<T> {
    const { attempts, random = Math.random, sleep = delay } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const failure = asFailure(error);
        if (!(failure instanceof PassingFailure)) throw failure;
        if (attempt >= attempts) throw unreachable(url, failure, attempt);
        await sleep(backoff(attempt - 1, random, failure.retryAfter, this.#clock.now()));
      }
    }
  }

  /** All of an answer as bytes; `undefined` where there is nothing at the address (404, 410). */
  bytes(url: string, headers: Record<string, string> = {}): Promise<{ answer: Answer; bytes: Buffer } | undefined> {
    return this.withRetries(url, async () => {
      const answer = await this.get(url, headers);
      if (answer.status === 404 || answer.status === 410) return drained(answer).then(() => undefined);
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.body) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      checkLength(answer, bytes.length);
      return { answer, bytes };
    });
  }

  /** @throws KernelcastError `NOT_FOUND` */
  async text(url: string): Promise<string> {
    const found = await this.bytes(url);
    if (found) return found.bytes.toString('utf8');
    throw new KernelcastError('NOT_FOUND', 'there is nothing at the address', { where: { url } });
  }

  /**
   * One attempt: redirects followed, statuses told apart. Answers of 2xx, 304, 404, 410 and 416 come back.
   * @throws PassingFailure; KernelcastError `USAGE`: a host that is not allowed; `ENVIRONMENT`: refused for good
   */
  async get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    const first = this.#checked(url, url);
    let at = first;
    for (let hop = 0; ; hop++) {
      const isHome = at.origin === first.origin;
      if (!isHome && isIP(at.hostname.replace(/^\[|\]$/g, '')) !== 0 && !isPublicAddress(at.hostname)) {
        throw refused(url, `it sends us to ${at.hostname}, which is no public address`);
      }
      const connections = isHome ? this.#anywhere : this.#publicOnly;
      const sent = { 'user-agent': 'kernelcast', 'accept-encoding': 'identity', ...headers };
      const response = await connections.get(at, sent).catch((error: unknown) => {
        throw asFailure(error, url);
      });
      if (!REDIRECTS.has(response.statusCode!)) return this.#answer(url, at, response, connections);
      response.destroy();
      const target = response.headers.location;
      if (typeof target !== 'string') throw refused(url, 'it redirects to nowhere');
      if (hop >= MOST_REDIRECTS) throw refused(url, `it redirects more than ${MOST_REDIRECTS} times`);
      const next = this.#checked(new URL(target, at).href, url);
      if (at.protocol === 'https:' && next.protocol !== 'https:') throw refused(url, 'it redirects from https to http');
      at = next;
    }
  }

  #checked(url: string, asked: string): URL {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (!parsed || !/^https?:$/.test(parsed.protocol)) {
      throw new KernelcastError('USAGE', 'this is no address of http or https', { where: { url } });
    }
    if (parsed.username !== '' || parsed.password !== '') {
      // It would end up in reports and logs.
      throw new KernelcastError('USAGE', 'an address must not hold a password', { where: { host: parsed.host } });
    }
    const { allowHosts } = this.#options;
    const host = parsed.hostname.toLowerCase();
    const isAllowed = (allowed: string) => (allowed.startsWith('.') ? host.endsWith(allowed) : host === allowed);
    if (!allowHosts || allowHosts.map((each) => each.toLowerCase()).some(isAllowed)) return parsed;
    throw new KernelcastError('USAGE', `the host ${host} is not allowed`, {
      where: asked === url ? { url } : { url: asked, 'redirected to': url },
      hint: `Allowed: ${allowHosts.join(', ')}. Add one with --allow-host.`,
    });
  }

  #answer(asked: string, at: URL, response: IncomingMessage, connections: Connections): Answer {
    const status = response.statusCode!;
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    const isTold = (status >= 200 && status < 300) || [304, 404, 410, 416].includes(status);
    const length = Number(headers['content-length'] ?? 0);
    if (isTold && length <= this.#options.maxBytes) {
      return { status, headers, body: this.#limited(asked, connections.bodyOf(response)), url: at.href };
    }
    response.destroy();
    if (isTold) throw this.#tooLarge(asked, length);
    if (PASSING.has(status)) {
      throw new PassingFailure(`the server answers ${status}`, { retryAfter: headers['retry-after'] });
    }
    throw refused(asked, `the server answers ${status}`);
  }

  async *#limited(url: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { maxBytes, bytesPerSecond, sleep = delay } = this.#options;
    const start = this.#clock.now();
    let bytes = 0;
    try {
      for await (const chunk of body) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw this.#tooLarge(url, bytes);
        yield chunk;
        const elapsed = this.#clock.now() - start;
        if (bytesPerSecond !== undefined) {
          const early = (1000 * bytes) / bytesPerSecond - elapsed;
          if (early > 0) await sleep(early);
        }
        if (elapsed > TRICKLE_MS && (1000 * bytes) / elapsed < LEAST_BYTES_PER_SECOND) {
          throw new PassingFailure(`the server sends ${Math.round((1000 * bytes) / elapsed)} bytes a second`);
        }
      }
    } catch (error) {
      throw asFailure(error, url);
    }
  }

  #tooLarge(url: string, bytes: number): KernelcastError {
    return new KernelcastError(
      'ENVIRONMENT',
      `the answer has ${bytes} bytes or more, and ${this.#options.maxBytes} are allowed`,
      {
        where: { url },
        hint: 'Ask for less (a shorter time, a smaller region), or allow more: --max-download.',
      },
    );
  }
}

/** @throws PassingFailure where less or more came than the header says */
export function checkLength({ headers }: Answer, bytes: number): void {
  const told = headers['content-length'];
  if (told !== undefined && Number(told) !== bytes)
    throw new PassingFailure(`the server sent ${bytes} of ${told} bytes`);
}

export async function drained({ body }: Answer): Promise<void> {
  for await (const _ of body) {
    // An answer must be read for its connection to be of use again.
  }
}

function asFailure(error: unknown, url = ''): unknown {
  if (error instanceof PassingFailure || isKernelcastError(error)) return error;
  const cause = rootOf(error);
  if (cause instanceof PrivateAddressError) return refused(url, `it sends us away: ${cause.message}`);
  if (error instanceof SilenceError) return new PassingFailure(error.message, { cause: error });
  const code = (error as { code?: unknown }).code;
  const isNetwork = typeof code === 'string' && /^(E[A-Z]+$|EAI_|ERR_|HPE_|CERT_|DEPTH_|UNABLE_|SELF_)/.test(code);
  if (!isNetwork) return error;
  return new PassingFailure(MEANING[code] ?? (error instanceof Error ? error.message : code), { cause: error });
}

function rootOf(error: unknown): unknown {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  return cause === undefined ? error : rootOf(cause);
}

const MEANING: Record<string, string> = {
  ECONNRESET: 'the server breaks off the connection',
  EPIPE: 'the server breaks off the connection',
  ECONNREFUSED: 'the server refuses connections',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up',
};

function refused(url: string, what: string): KernelcastError {
  return new KernelcastError('ENVIRONMENT', `the source cannot be used: ${what}`, { where: { url } });
}

function unreachable(url: string, { message, cause }: PassingFailure, attempts: number): KernelcastError {
  return new KernelcastError('ENVIRONMENT', `the source cannot be read: ${message}`, {
    where: { url, attempts },
    hint: 'Try again later. Nothing was ingested.',
    cause,
  });
}
