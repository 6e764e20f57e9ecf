/**
 * The figures of this process, for Prometheus. One registry a process: the jobs write theirs to it (`jobs/schedule/job-metrics.ts`),
 * the API its own, and `/metrics` gives them all.
 *
 *     const seconds = new Histogram({ name: 'kernelcast_x_seconds', help: '...', registers: [metricsRegistry] });
 */
import { collectDefaultMetrics, Registry } from 'prom-client';

export const metricsRegistry = new Registry();
// Memory, open files, processor time and the delay of the event loop.
collectDefaultMetrics({ register: metricsRegistry });
