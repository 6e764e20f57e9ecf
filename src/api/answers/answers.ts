/**
 * Sends answers, and sends them again: strong tags, 304, compression, and how long caches may keep them (RFC 9110, 9111).
 * An answer follows from its canonical query and its basis (the run, the revision of the observations, ...) alone, to the byte,
 * so its tag is known before it is made, and is the same on every server of the same store.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import type { Clock } from '../../domain/clock.ts';
import { routeOf, setRoute } from '../access/observe.ts';
import { AnswerCache, type Known } from './answer-cache.ts';
import type { DatasetState } from './dataset-state.ts';
import { chooseEncoding, type Encoding, isWorthEncoding } from './encoding.ts';
import type { Freshness } from './freshness.ts';

export interface Answer {
  /** What the answer follows from: the canonical query and its basis. */
  basis: readonly unknown[];
  /** The dataset, and its state before the basis was read; without them, a repeated request is read anew. */
  dataset?: string;
  state?: DatasetState;
  mediaType: string;
  isCompressible?: boolean;
  /** Of what is kept rather than shown. */
  fileName?: string;
  /** ISO 8601; only a time of the past is told. */
  lastModified?: string;
  /** The service's time, ms, until which caches may keep it; undefined: they must ask each time. */
  expires?: number;
  /** The service's time, ms, from which on the answer is another one though nothing is published. */
  until?: number;
  /** Not called when the client, or the cache, has the answer already. */
  make: () => Promise<Uint8Array>;
}

export interface AnswersOptions {
  clock: Clock;
  freshness: Freshness;
  version: string;
  /** Seconds of the wall clock to an hour of the service's. */
  secondsPerHour: () => number;
  /** Answers are for one client alone. */
  isPrivate: boolean;
  cacheBytes?: number;
}

const ENDINGS: Record<Encoding, string> = { identity: '', br: '-br', gzip: '-gz' };
/** A cache that keeps an answer for longer than this gains nothing. */
const MAX_AGE_SECONDS = 86_400;

export class Answers {
  readonly #options: AnswersOptions;
  readonly #cache: AnswerCache;

  constructor(options: AnswersOptions) {
    this.#options = options;
    this.#cache = new AnswerCache(options.cacheBytes);
  }

  async send(request: Request, response: Response, answer: Answer): Promise<void> {
    const digest = createHash('sha256')
      .update(JSON.stringify([this.#options.version, answer.mediaType, ...answer.basis]))
      .digest('base64url')
      .slice(0, 27);
    const accepted = chooseEncoding(request.get('Accept-Encoding'));
    const isCompressible = answer.isCompressible ?? true;
    const known: Known = {
      digest,
      mediaType: answer.mediaType,
      fileName: answer.fileName,
      etag: '',
      lastModified: httpDate(answer.lastModified),
      expires: answer.expires,
      until: answer.until ?? Number.POSITIVE_INFINITY,
      encoding: isCompressible ? accepted : 'identity',
      dataset: answer.dataset ?? '',
      state: answer.state?.stamps.identity ?? '',
      route: routeOf(response),
    };
    const tagFor = (encoding: Encoding) => `"${digest}${ENDINGS[encoding]}"`;
    // A small answer is never compressed, which is not known before it is made; so either tag is good.
    const tags = [...new Set([tagFor(known.encoding), tagFor('identity')])];
    const held = tags.find((tag) => isHeld(request, tag, known.lastModified));
    if (held !== undefined && request.headers['if-none-match'] !== '*') {
      this.#notModified(response, { ...known, etag: held });
      return;
    }
    const body = await this.#cache.body(digest, answer.make);
    if (!isWorthEncoding(body)) known.encoding = 'identity';
    known.etag = tagFor(known.encoding);
    if (isHeld(request, known.etag, known.lastModified)) {
      this.#notModified(response, known);
      return;
    }
    const bytes = await this.#cache.encoded(digest, known.encoding, body);
    if (answer.dataset !== undefined && answer.state?.stamps.isSettled && request.method !== 'POST') {
      this.#cache.remember(request.originalUrl, accepted, known);
    }
    this.#write(request, response, known, bytes);
  }

  /** Whether the request may have been answered before; `again` then finds out. */
  knows(request: IncomingMessage): boolean {
    const encoding = chooseEncoding(request.headers['accept-encoding'] as string | undefined);
    return this.#cache.address(request.url ?? '', encoding) !== undefined;
  }

  /** Answers from memory if what was answered before still holds; false where it does not, and nothing was sent. */
  async again(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const url = request.url ?? '';
    const accepted = chooseEncoding(request.headers['accept-encoding'] as string | undefined);
    const known = this.#cache.address(url, accepted);
    if (!known) return false;
    const state = await this.#options.freshness.state(known.dataset);
    const body = this.#cache.peek(known.digest, known.encoding);
    if (state.stamps.identity !== known.state || !body || this.#options.clock.now() >= known.until) {
      this.#cache.forget(url, accepted);
      return false;
    }
    setRoute(response, known.route);
    if (isHeld(request, known.etag, known.lastModified)) this.#notModified(response, known);
    else this.#write(request, response, known, await body);
    return true;
  }

  #write(request: IncomingMessage, response: ServerResponse, known: Known, body: Uint8Array): void {
    response.writeHead(200, {
      ...this.#headers(known),
      'Content-Type': known.mediaType,
      'Content-Length': body.byteLength,
      ...(known.fileName !== undefined && { 'Content-Disposition': `attachment; filename="${known.fileName}"` }),
      ...(known.encoding !== 'identity' && { 'Content-Encoding': known.encoding }),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  #notModified(response: ServerResponse, known: Known): void {
    response.writeHead(304, this.#headers(known));
    response.end();
  }

  #headers({ etag, lastModified, expires }: Known): Record<string, string> {
    return {
      ETag: etag,
      Vary: 'Accept-Encoding',
      'Cache-Control': this.#cacheControl(expires),
      ...(lastModified !== undefined && { 'Last-Modified': lastModified }),
    };
  }

  #cacheControl(expires: number | undefined): string {
    const { clock, secondsPerHour, isPrivate } = this.#options;
    const who = isPrivate ? 'private' : 'public';
    const hours = expires === undefined ? 0 : (expires - clock.now()) / 3_600_000;
    const seconds = hours > 0 ? Math.min(MAX_AGE_SECONDS, Math.floor(hours * secondsPerHour())) : 0;
    return seconds > 0 ? `${who}, max-age=${seconds}, must-revalidate` : `${isPrivate ? 'private, ' : ''}no-cache`;
  }
}

/**
 * RFC 9110, 13.1.2: the condition is false if one of the listed tags matches, by the weak comparison. Unlike express, we do not
 * mind a `Cache-Control: no-cache` in the request, which speaks to caches; Node's own fetch always adds it. Without tags,
 * `If-Modified-Since` counts (13.1.3); only the very time that we told is good, since a run may be taken away.
 */
function isHeld({ method, headers }: IncomingMessage, tag: string, lastModified: string | undefined): boolean {
  // 13.1.2, 13.1.3: 304 is for GET and HEAD.
  if (method === 'POST') return false;
  const condition = headers['if-none-match'];
  if (condition === undefined) return lastModified !== undefined && headers['if-modified-since'] === lastModified;
  if (condition.trim() === '*') return true;
  return condition.split(',').some((item) => item.trim().replace(/^W\//, '') === tag);
}

/** RFC 9110, 8.8.2.1: an origin server with a clock must not tell a time later than the answer's own. */
function httpDate(time: string | undefined): string | undefined {
  const milliseconds = Date.parse(time ?? '');
  return milliseconds <= Date.now() ? new Date(milliseconds).toUTCString() : undefined;
}

/** Sends a JSON answer that holds for this moment only. */
export function answerNow(response: Response, body: object): void {
  response.set('Cache-Control', 'no-store').json(body);
}

export function jsonBytes(body: object): Uint8Array {
  return Buffer.from(JSON.stringify(body));
}

export const JSON_TYPE = 'application/json; charset=utf-8';
