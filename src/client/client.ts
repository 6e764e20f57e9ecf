/**
 * A client of the API, for Node and browsers, without a dependency: typed by the API's own description, patient where the service
 * is busy, plain where it refuses.
 *
 *     import { createClient } from 'kernelcast/client';
 *
 *     const client = createClient('http://127.0.0.1:8080');
 *     const answer = await client.get('/v1/forecast', { latitude: 52.5, longitude: 13.4, hourly: ['temperature_2m', 'temperature_2m_p90'] });
 *     for await (const event of client.events()) console.log(event.event, event.data);
 */
import type { Gets, Posts, Problem } from './types.ts';

export type { Gets, PlaceAnswer, Posts, Problem, VariableScore } from './types.ts';

export interface ClientOptions {
  /** Sent as `X-API-Key`. */
  apiKey?: string;
  /** How often a request is tried again where it may help: no connection, 429, 502, 503, 504. Default 3. */
  retries?: number;
  /** Milliseconds that one try may take. Default 10,000. */
  timeoutMs?: number;
  /** Milliseconds without a sign of life after which events are listened to anew; the service gives one each 15 s. Default 45,000. */
  silenceMs?: number;
  fetch?: typeof fetch;
  /** Waits some milliseconds; handed in by tests. */
  wait?: (milliseconds: number) => Promise<void>;
}

/** The service refused: what it says of it (RFC 9457). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** The one to blame. */
  readonly parameter: string | undefined;
  readonly hint: string | undefined;
  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `the service answered with status ${status}`);
    this.status = status;
    this.code = problem.code ?? 'UNKNOWN';
    this.parameter = problem.parameter;
    this.hint = problem.hint;
  }
}

/** No answer, one too late or broken off, or none of the service's: a proxy's page, say. `cause` is what was met. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  /** Of an answer that was not the service's. */
  readonly status: number | undefined;
  constructor(path: string, { cause, status }: { cause?: unknown; status?: number } = {}) {
    super(`no answer from ${path}`, { cause });
    this.status = status;
  }
}

export interface ApiEvent {
  id: string;
  event: 'run-published' | 'observations-updated';
  data: { dataset: string; [name: string]: unknown };
}

export interface Client {
  get<P extends keyof Gets & string>(
    path: P,
    request: Gets[P]['request'],
    signal?: AbortSignal,
  ): Promise<Gets[P]['answer']>;
  post<P extends keyof Posts & string>(
    path: P,
    request: Posts[P]['request'],
    signal?: AbortSignal,
  ): Promise<Posts[P]['answer']>;
  /** What is new, for as long as it is listened to; a connection that breaks is made again, and nothing is missed. */
  events(options?: { dataset?: string; signal?: AbortSignal }): AsyncGenerator<ApiEvent>;
}

const PASSING = [429, 502, 503, 504];
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

export function createClient(baseUrl: string, options: ClientOptions = {}): Client {
  const { apiKey, retries = 3, timeoutMs = 10_000, silenceMs = 45_000, fetch: send = fetch, wait = sleep } = options;
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  const key: Record<string, string> = apiKey === undefined ? {} : { 'X-API-Key': apiKey };

  /** @throws ApiError, UnreachableError; and whatever the caller's own signal was aborted with */
  async function once(url: URL, init: RequestInit, signal?: AbortSignal): Promise<unknown> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await send(url, { ...init, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
      if (!response.ok) throw await refusal(url.pathname, response);
      return await response.json();
    } catch (cause) {
      if (signal?.aborted || cause instanceof Refusal) throw cause;
      throw new UnreachableError(url.pathname, { cause });
    }
  }

  async function ask(url: URL, init: RequestInit, signal?: AbortSignal): Promise<unknown> {
    for (let tries = 0; ; tries++) {
      try {
        return await once(url, init, signal);
      } catch (error) {
        const { status, retryAfter, told } =
          error instanceof Refusal ? error : { status: undefined, retryAfter: undefined, told: error };
        const isPassing = status === undefined || PASSING.includes(status);
        if (!isPassing || signal?.aborted || tries >= retries) throw told;
        await wait(waitFor(tries, retryAfter));
      }
    }
  }

  return {
    get: (path, request, signal) => ask(addressOf(base, path, request), { headers: key }, signal) as never,
    post: (path, request, signal) => {
      const headers = { ...key, 'Content-Type': 'application/json' };
      return ask(
        new URL(path.slice(1), base),
        { method: 'POST', headers, body: JSON.stringify(request) },
        signal,
      ) as never;
    },
    async *events({ dataset, signal } = {}) {
      let lastId: string | undefined;
      for (let failures = 0; !signal?.aborted; failures++) {
        const headers = { ...key, ...(lastId !== undefined && { 'Last-Event-ID': lastId }) };
        const url = addressOf(base, '/v1/events', dataset === undefined ? {} : { dataset });
        const response = await send(url, { headers, signal }).catch(() => undefined);
        if (response && !response.ok && !PASSING.includes(response.status)) {
          throw (await refusal(url.pathname, response)).told;
        }
        if (response?.ok && response.body) {
          failures = 0;
          for await (const event of readEvents(response.body, silenceMs)) {
            lastId = event.id;
            yield event;
          }
        }
        if (!signal?.aborted) await wait(waitFor(failures, response?.headers.get('Retry-After')));
      }
    },
  };
}

/** Parts of the path are filled in, the rest is the query; lists are written `a,b`. */
function addressOf(base: string, path: string, request: object): URL {
  const query = new Map(Object.entries(request).filter(([, value]) => value !== undefined));
  const filled = path.slice(1).replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = query.get(name);
    query.delete(name);
    return encodeURIComponent(String(value));
  });
  const url = new URL(filled, base);
  for (const [name, value] of query) url.searchParams.set(name, String(value));
  return url;
}

/** What the service asks for, else twice as long each time, and never all clients at once. */
function waitFor(tries: number, retryAfter: string | null | undefined): number {
  const asked = Number(retryAfter ?? Number.NaN) * 1000;
  const usual = FIRST_WAIT_MS * 2 ** tries * (0.5 + Math.random());
  return Math.min(LONGEST_WAIT_MS, Number.isFinite(asked) && asked > 0 ? asked : usual);
}

/** An answer other than 2xx: what the caller is told of it, and what matters for asking again. */
class Refusal {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly told: ApiError | UnreachableError;
  constructor(response: Response, told: ApiError | UnreachableError) {
    this.status = response.status;
    this.retryAfter = response.headers.get('Retry-After');
    this.told = told;
  }
}

async function refusal(path: string, response: Response): Promise<Refusal> {
  const { status } = response;
  const told = await response.json().then(
    (problem: Partial<Problem>) => new ApiError(status, problem),
    (cause: unknown) => new UnreachableError(path, { cause, status }),
  );
  return new Refusal(response, told);
}

/** Server-sent events, as far as this API writes them: blocks of `name: value` lines. */
async function* readEvents(body: ReadableStream<Uint8Array>, silenceMs: number): AsyncGenerator<ApiEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const value = await nextPart(reader, silenceMs);
      if (value === undefined) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
        );
        const [id, event, data] = ['id', 'event', 'data'].map((name) => fields.get(name));
        if (id !== undefined && data !== undefined)
          yield { id, event: event as ApiEvent['event'], data: JSON.parse(data) };
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Undefined at the end: where the connection is closed, breaks, or has been silent for too long. */
async function nextPart(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  silenceMs: number,
): Promise<Uint8Array | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, silenceMs, undefined);
  });
  const part = reader.read().then(
    ({ value }) => value,
    () => undefined,
  );
  const first = await Promise.race([part, silence]);
  clearTimeout(timer);
  return first;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
