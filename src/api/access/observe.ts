/** What is noted of every request: a number for it, the route that it took, a line in the log, and the figures of `/metrics`. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../../log.ts';
import type { ApiMetrics } from './metrics.ts';

/** For what is below no route. */
const NO_ROUTE = 'none';
const routes = new WeakMap<ServerResponse, string>();

/** The path of the route as the API's description writes it, `/v1/runs/{init}/values`. */
export function setRoute(response: ServerResponse, route: string): void {
  routes.set(response, route);
}

export function routeOf(response: ServerResponse): string {
  return routes.get(response) ?? NO_ROUTE;
}

/** Numbers a request, and notes it when it is answered, or broken off. */
export function observe(request: IncomingMessage, response: ServerResponse, log: Log, metrics: ApiMetrics): void {
  const start = performance.now();
  const id = randomUUID();
  response.setHeader('X-Request-Id', id);
  response.once('close', () => {
    const ms = performance.now() - start;
    const route = routeOf(response);
    const status = response.writableFinished ? response.statusCode : 499;
    metrics.count(route, request.method ?? '', status, ms / 1000);
    if (!log.isLevelEnabled('debug')) return;
    const line = { request: id, method: request.method, url: withoutKey(request.url ?? ''), route, status };
    log.debug({ ...line, ms: Math.round(ms * 10) / 10 }, status === 499 ? 'broken off' : 'answered');
  });
}

/** A key is nobody's but its owner's, not the log's either. */
export function withoutKey(url: string): string {
  return url.replace(/([?&]apikey=)[^&]*/g, '$1***');
}
