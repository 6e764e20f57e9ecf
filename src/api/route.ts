/** A route: what it takes, what it answers, and what does it; the API's description is made of the same. */
import type { RequestHandler } from 'express';
import type { z } from 'zod';
import type { Access } from './access/access.ts';
import type { Limits } from './access/limits.ts';
import type { ApiMetrics } from './access/metrics.ts';
import type { Answers } from './answers/answers.ts';
import type { Freshness } from './answers/freshness.ts';
import type { ApiContext } from './context.ts';
import type { Events } from './live/events.ts';

export interface Route {
  /** Names the operation: `forecast` is `getForecast`, and `postForecast` where there is a body. */
  id: string;
  /** As OpenAPI writes it: `/v1/runs/{init}/values`. */
  path: string;
  tag: 'forecasts' | 'observations' | 'stations' | 'runs' | 'models' | 'service';
  summary: string;
  description?: string;
  query: z.ZodObject;
  /** Parts of the path. */
  parameters?: z.ZodObject;
  /** What a POST takes; 'query': the parameters of the query. */
  body?: z.ZodType | 'query';
  /** By media type; null for bytes and texts without a schema. */
  answers: Record<string, z.ZodType | null>;
  /** The statuses of problems that it may answer with, beside 400, 429 and 500. */
  problems?: readonly number[];
  /** Open where keys are needed elsewhere. */
  isOpen?: boolean;
  /** For the machine itself and holders of a key, unless the service is told to open it; pages of other origins never read it. */
  isAdmin?: boolean;
  get?: RequestHandler;
  post?: RequestHandler;
}

/** What routes work with. */
export interface Tools {
  context: ApiContext;
  answers: Answers;
  freshness: Freshness;
  access: Access;
  limits: Limits;
  events: Events;
  metrics: ApiMetrics;
}
