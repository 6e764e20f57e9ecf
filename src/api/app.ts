/**
 * The HTTP API and the pages, as an express app. It reads published files only: it never decodes a grid and never runs
 * a model.
 *
 *     const app = createApp({ observations, runs, scores, models, clock, status, log, dashboardDirectory, version });
 *     const server = await serve({ app, port: 8080, host: '127.0.0.1' });
 */
import express, { type Express, type RequestHandler } from 'express';
import type { ApiContext } from './context.ts';
import { dashboard } from './dashboard.ts';
import { Events } from './events.ts';
import { Freshness } from './freshness.ts';
import { allowOtherOrigins, answerPreflight, logRequests, securityHeaders } from './headers.ts';
import { handleError, handleUnknownPath, handleWrongMethod } from './problem.ts';
import { eventsRoute } from './routes/events.ts';
import { forecastRoute } from './routes/forecast.ts';
import { liveRoute, readyRoute } from './routes/health.ts';
import { modelsRoute } from './routes/models.ts';
import { runValuesRoute } from './routes/run-values.ts';
import { runsRoute } from './routes/runs.ts';
import { stationsRoute } from './routes/stations.ts';
import { statusRoute } from './routes/status.ts';
import { verificationRoute } from './routes/verification.ts';

export function createApp(context: ApiContext): Express {
  const app = express();
  app.disable('x-powered-by');
  // Tags are made where the basis of an answer is known, queries are read where they are described.
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');

  const freshness = new Freshness(context);
  const events = new Events({ ...context, freshness });
  context.stopping?.addEventListener('abort', () => events.close());

  app.use(logRequests(context.log), securityHeaders);
  const routes: [string, RequestHandler][] = [
    ['/v1/status', statusRoute(context)],
    ['/v1/stations', stationsRoute(context)],
    ['/v1/runs', runsRoute(context)],
    ['/v1/runs/:init/values', runValuesRoute(context) as unknown as RequestHandler],
    ['/v1/forecast', forecastRoute(context)],
    ['/v1/events', eventsRoute(context, events)],
    ['/v1/verification', verificationRoute(context)],
    ['/v1/models', modelsRoute(context)],
    ['/health/live', liveRoute],
    ['/health/ready', readyRoute(context)],
  ];
  for (const [path, handler] of routes) {
    app.route(path).all(allowOtherOrigins).get(handler).options(answerPreflight).all(handleWrongMethod);
  }
  if (context.dashboardDirectory !== undefined) app.use(dashboard(context.dashboardDirectory));
  app.use(handleUnknownPath);
  app.use(handleError(context.log));
  return app;
}
