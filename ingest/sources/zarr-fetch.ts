/** What the reader of Zarr fetches with, by the one way out: its limits, retries and allowed hosts. */
import { KernelcastError } from '../../src/errors.ts';
import type { Fetch } from '../formats/zarr/http-store.ts';
import { HttpClient } from './http/client.ts';

export function zarrFetch(client: HttpClient): Fetch {
  return async (url, { headers }) => {
    const found = await client.bytes(url, headers);
    if (!found) return new Response(null, { status: 404 });
    const { status } = found.answer;
    if (status !== 200 && status !== 206) {
      throw new KernelcastError('ENVIRONMENT', `the server answers ${status}`, { where: { url } });
    }
    return new Response(new Uint8Array(found.bytes), {
      status,
      headers: { 'content-length': String(found.bytes.length) },
    });
  };
}

/** Does `work` with a way to fetch, where one of the paths is an address. */
export async function withFetch<T>(
  paths: readonly string[],
  work: (fetch: Fetch | undefined) => Promise<T>,
): Promise<T> {
  if (!paths.some((path) => /^https?:\/\//i.test(path))) return work(undefined);
  const client = new HttpClient();
  try {
    return await work(zarrFetch(client));
  } finally {
    await client.close();
  }
}
