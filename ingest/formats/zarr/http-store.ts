/** A Zarr hierarchy behind HTTP (ARCO-ERA5's layout, say): a request a key. */
import type { AbsolutePath, RangeQuery } from 'zarrita';
import { KernelcastError } from '../../../src/errors.ts';
import { broken, checkSize, cut, type ZarrStore } from './store.ts';

/** The part of the web's `fetch` that is needed; whoever hands it in decides about retries, limits and allowed hosts. */
export type Fetch = (url: string, init: { headers: Record<string, string>; signal?: AbortSignal }) => Promise<Response>;

const PATIENCE_MS = 60_000;

export class HttpStore implements ZarrStore {
  readonly path: string;
  readonly #fetch: Fetch;

  constructor(url: string, fetch: Fetch = globalThis.fetch) {
    this.path = url;
    this.#fetch = fetch;
  }

  async get(key: AbsolutePath): Promise<Uint8Array | undefined> {
    const response = await this.#ask(key, {});
    return response && this.#body(key, response);
  }

  async getRange(key: AbsolutePath, range: RangeQuery): Promise<Uint8Array | undefined> {
    const bytes =
      'suffixLength' in range ? `-${range.suffixLength}` : `${range.offset}-${range.offset + range.length - 1}`;
    const response = await this.#ask(key, { range: `bytes=${bytes}` });
    if (!response) return undefined;
    const body = await this.#body(key, response);
    // A server may ignore the range, and send the whole value.
    if (response.status === 200) return cut(this.path, key, body, range);
    const wanted = 'suffixLength' in range ? range.suffixLength : range.length;
    if (body.length !== wanted) throw broken(this.path, `the server sent ${body.length} of ${wanted} bytes`, { key });
    return body;
  }

  async list(): Promise<undefined> {
    return undefined;
  }

  async close(): Promise<void> {}

  async #ask(key: AbsolutePath, headers: Record<string, string>): Promise<Response | undefined> {
    const base = new URL(this.path);
    const url = new URL(`${base.pathname.replace(/\/$/, '')}${key}`, base);
    url.search = base.search;
    const response = await this.#fetch(url.href, { headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
      (cause) => {
        throw this.#unreachable(key, (cause as Error).message, cause);
      },
    );
    if (response.status === 200 || response.status === 206) return response;
    await response.body?.cancel();
    // Only "there is no such key" means that a chunk was never written; any other refusal is not the data's.
    if (response.status === 404 || response.status === 410) return undefined;
    throw this.#unreachable(key, `the server answers ${response.status}`);
  }

  async #body(key: AbsolutePath, response: Response): Promise<Uint8Array> {
    const told = response.headers.get('content-encoding') ? null : response.headers.get('content-length');
    checkSize(this.path, key, Number(told ?? 0));
    const bytes = await response.bytes().catch((cause) => {
      throw this.#unreachable(key, `the answer breaks off: ${(cause as Error).message}`, cause);
    });
    if (told !== null && bytes.length !== Number(told)) {
      throw this.#unreachable(key, `the server sent ${bytes.length} of ${told} bytes`);
    }
    return bytes;
  }

  #unreachable(key: string, what: string, cause?: unknown): KernelcastError {
    return new KernelcastError('ENVIRONMENT', `a Zarr store cannot be read: ${what}`, {
      where: { file: this.path, key },
      hint: 'Try again later, or copy the store and read the copy.',
      cause,
    });
  }
}
