/** `GET /metrics`: the figures of the process, for Prometheus; for this machine, and for holders of a key. */
import { z } from 'zod';
import type { Route, Tools } from '../route.ts';

export function metricsRoute({ access, metrics }: Tools): Route {
  return {
    id: 'Metrics',
    path: '/metrics',
    tag: 'service',
    summary: 'Figures for Prometheus',
    description: 'Only from the machine itself or with a key, unless the service is told to open it.',
    query: z.looseObject({}),
    answers: { 'text/plain': null },
    problems: [401, 403],
    isOpen: true,
    get: async (request, response) => {
      access.checkAdmin(request);
      const text = await metrics.registry.metrics();
      response.set({ 'Content-Type': metrics.registry.contentType, 'Cache-Control': 'no-store' }).send(text);
    },
  };
}
