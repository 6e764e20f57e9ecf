/**
 * The service worker: keeps the page's own files and nothing of the API. Files with their content's hash in the name never
 * change and come from the cache; the page itself comes from the network where there is one. What was forecast last, the page
 * keeps by itself (`last-forecast.ts`).
 */

/** The parts of the service-worker API that are used; its types cannot stand beside those of pages. */
interface Worker {
  location: Location;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}
interface WorkerEvent {
  request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

const worker = globalThis as unknown as Worker;
const CACHE = 'kernelcast-page';
const home = new URL('./', worker.location.href);

worker.addEventListener('install', (event) => {
  event.waitUntil(keepPage().then(() => worker.skipWaiting()));
});
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== home.origin || !url.pathname.startsWith(home.pathname)) return;
  const path = url.pathname.slice(home.pathname.length);
  if (path.startsWith('assets/')) event.respondWith(fromCache(request));
  else if (request.mode === 'navigate') event.respondWith(fromNetwork(request));
  else if (/^[\w-]+\.(svg|png|webmanifest)$/.test(path)) event.respondWith(fromCache(request));
});

/** The page and every file that it names. */
async function keepPage(): Promise<void> {
  const cache = await caches.open(CACHE);
  const response = await fetch(home, { cache: 'no-cache' });
  const html = await response.clone().text();
  const files = [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => new URL(path, home).href);
  await cache.put(home, response);
  await cache.addAll([...new Set(files)].filter((file) => new URL(file).origin === home.origin));
}

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

/** The newest page, whose files are kept with it; without a network the last one. */
async function fromNetwork(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.ok) await (await caches.open(CACHE)).put(home, response.clone());
    return response;
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(home);
    if (kept) return kept;
    throw error;
  }
}
