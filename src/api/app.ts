/**
 * The HTTP API and the pages, as one listener. It reads published files only: it never decodes a grid and never runs a model.
 *
 *     const app = createApp({ observations, runs, scores, models, clock, status, log, dashboardDirectory, version });
 *     const server = await serve({ app, port: 8080, host: '127.0.0.1' });
 *
 * What was answered before and still holds is sent from memory; everything else goes through express.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import express, { type Express } from 'express';
import { Access, OPEN_ACCESS } from './access/access.ts';
import { answerPreflight, closeToOrigins, methodsOf, setHeaders } from './access/headers.ts';
import { Limits } from './access/limits.ts';
import { ApiMetrics } from './access/metrics.ts';
import { observe, setRoute } from './access/observe.ts';
import { Answers } from './answers/answers.ts';
import { Freshness } from './answers/freshness.ts';
import type { ApiContext } from './context.ts';
import { dashboard } from './dashboard.ts';
import { Events } from './live/events.ts';
import { handleError, handleUnknownPath, handleWrongMethod } from './problem.ts';
import { readBody } from './requests/read-body.ts';
import type { Route, Tools } from './route.ts';
import { descriptionRoutes } from './routes/description.ts';
import { doctorRoute } from './routes/doctor.ts';
import { eventsRoute } from './routes/events.ts';
import { forecastRoute } from './routes/forecast.ts';
import { liveRoute, readyRoute } from './routes/health.ts';
import { jobsRoute } from './routes/jobs.ts';
import { metricsRoute } from './routes/metrics.ts';
import { modelsRoute, updatesRoute } from './routes/models.ts';
import { observationsRoute } from './routes/observations.ts';
import { predictRoute } from './routes/predict.ts';
import { runValuesRoute } from './routes/run-values.ts';
import { runsRoute } from './routes/runs.ts';
import { stationsRoute } from './routes/stations.ts';
import { statusRoute } from './routes/status.ts';
import { storageRoute } from './routes/storage.ts';
import { trainingRoute } from './routes/training.ts';
import { verificationRoute } from './routes/verification.ts';

/** Of the wall clock, to an hour of a service's that keeps time with it. */
const SECONDS_PER_HOUR = 3600;

export function createApp(context: ApiContext): RequestListener {
  const tools = openTools(context);
  const { answers, access, metrics } = tools;
  const app = createExpress(context, access, routesOf(tools));

  const maySendAgain = (request: IncomingMessage): boolean =>
    (request.method === 'GET' || request.method === 'HEAD') && !access.isKeyRequired && answers.knows(request);

  return (request, response) => {
    observe(request, response, context.log, metrics);
    setHeaders(response, request.url ?? '');
    if (!maySendAgain(request)) {
      app(request, response);
      return;
    }
    answers.again(request, response).then(
      (isSent) => {
        if (!isSent) app(request, response);
      },
      // What went wrong goes wrong again there, and is told.
      () => app(request, response),
    );
  };
}

function openTools(context: ApiContext): Tools {
  const access = new Access({ ...OPEN_ACCESS, ...context.access });
  const freshness = new Freshness(context);
  const events = new Events({ ...context, freshness });
  context.stopping?.addEventListener('abort', () => events.close());
  const metrics = new ApiMetrics(context.metricsRegistry);
  metrics.gauge('kernelcast_event_listeners', 'Who listens to /v1/events', () => events.count);
  const { clock, version } = context;
  const secondsPerHour = () => context.status().clock.secondsPerHour ?? SECONDS_PER_HOUR;
  const answers = new Answers({ clock, version, freshness, secondsPerHour, isPrivate: access.isKeyRequired });
  return { context, answers, freshness, access, limits: new Limits(), events, metrics };
}

function routesOf(tools: Tools): Route[] {
  const routes = [
    forecastRoute(tools),
    predictRoute(tools),
    verificationRoute(tools),
    observationsRoute(tools),
    stationsRoute(tools),
    runsRoute(tools),
    runValuesRoute(tools),
    eventsRoute(tools),
    modelsRoute(tools),
    updatesRoute(tools),
    trainingRoute(tools),
    statusRoute(tools),
    jobsRoute(tools),
    storageRoute(tools),
    doctorRoute(tools),
    liveRoute(),
    readyRoute(tools),
    metricsRoute(tools),
  ];
  return [...routes, ...descriptionRoutes(tools, routes)];
}

function createExpress(context: ApiContext, access: Access, routes: readonly Route[]): Express {
  const app = express();
  app.disable('x-powered-by');
  // Tags are made where the basis of an answer is known, queries are read where they are described.
  app.disable('etag');
  app.set('query parser', false);
  app.enable('case sensitive routing');
  for (const route of routes) {
    const methods = methodsOf(route);
    const path = app.route(route.path.replaceAll(/\{(\w+)\}/g, ':$1')).all((_request, response, next) => {
      setRoute(response, route.path);
      if (route.isAdmin) closeToOrigins(response);
      next();
    });
    path.options(answerPreflight(methods));
    if (route.isAdmin) path.all((request, _response, next) => next(access.checkAdmin(request)));
    if (route.get) path.get(route.get);
    if (route.post) path.post(readBody, route.post);
    path.all(handleWrongMethod(methods));
  }
  if (context.dashboardDirectory !== undefined) app.use(dashboard(context.dashboardDirectory));
  app.use(handleUnknownPath);
  app.use(handleError(context.log));
  return app;
}
