/** `GET /metrics`: the figures of the process, for Prometheus; for this machine, and for holders of a key. */
import { z } from 'zod';
import type { Route, Tools } from '../route.ts';

export function metricsRoute({ metrics }: Tools): Route {
  return {
    id: 'Metrics',
    path: '/metrics',
    tag: 'service',
    summary: 'Figures for Prometheus',
    query: z.looseObject({}),
    answers: { 'text/plain': null },
    isAdmin: true,
    get: async (_request, response) => {
      const text = await metrics.registry.metrics();
      response.set({ 'Content-Type': metrics.registry.contentType, 'Cache-Control': 'no-store' }).send(text);
    },
  };
}
