/** Errors as RFC 9457 problems (`application/problem+json`). What went wrong inside is logged, and never told outside. */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { isKernelcastError, type KernelcastError } from '../errors.ts';
import type { Log } from '../log.ts';
import { LimitError } from './access/limits.ts';
import { withoutKey } from './access/observe.ts';

/** Seconds after which a refusal for the moment is worth another try. */
const RETRY_AFTER_SECONDS = 5;

interface Problem {
  status: number;
  code: string;
  detail: string;
  parameter?: string;
  hint?: string;
  retryAfter?: number;
}

/** Said in place of the message of an error whose message speaks of this machine. */
const INTERNAL: Partial<Record<KernelcastError['code'], string>> = {
  STORE_CORRUPT: 'A part of the store is damaged.',
  BUSY: 'The store is busy.',
  ENVIRONMENT: 'The machine lacks something that is needed to answer.',
};

export function handleError(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = problemOf(error);
    if (problem.status >= 500 && problem.code !== 'NOT_READY') {
      log.error(
        { err: error, request: response.getHeader('X-Request-Id'), url: withoutKey(request.originalUrl) },
        'a request failed',
      );
    }
    // Too late to say anything: express then breaks the connection off, so that the answer is not taken for whole.
    if (response.headersSent) return next(error);
    sendProblem(response, problem);
  };
}

/** 404 for what is below no route. */
export const handleUnknownPath: RequestHandler = (request, response) => {
  sendProblem(response, {
    status: 404,
    code: 'NOT_FOUND',
    detail: `there is nothing at ${shortPath(request)}`,
    hint: 'The API begins at /v1/status; its description is at /docs.',
  });
};

/** 405 for any other method on a route that exists. */
export function handleWrongMethod(methods: readonly string[]): RequestHandler {
  return (request, response) => {
    response.set('Allow', [...methods, 'OPTIONS'].join(', '));
    sendProblem(response, {
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
      detail: `${request.method} is not possible at ${shortPath(request)}`,
      hint: `Use ${methods.join(', ')}.`,
    });
  };
}

const BODY_PROBLEMS: Record<number, string> = {
  400: 'the body cannot be read',
  413: 'the body is larger than a megabyte',
  415: 'the body is in an encoding that is not known here',
};

function problemOf(error: unknown): Problem {
  if (isKernelcastError(error)) {
    const { code, where, hint, httpStatus: status } = error;
    const internal = INTERNAL[code];
    if (internal) return { status, code, detail: internal, hint: 'The log of the service says more.' };
    const retryAfter = error instanceof LimitError ? error.retryAfterSeconds : undefined;
    return { status, code, detail: error.message, parameter: where.parameter?.toString(), hint, retryAfter };
  }
  // Express and its parts mark what the client did wrong, for example a path that cannot be decoded.
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    // What express's readers of bodies say of one.
    const isOfBody = typeof type === 'string' && /^(entity|charset|encoding|request)\./.test(type);
    if (isOfBody)
      return { status, code: 'USAGE', detail: BODY_PROBLEMS[status] ?? BODY_PROBLEMS[400], parameter: 'body' };
    return { status, code: 'USAGE', detail: 'The request cannot be understood.' };
  }
  return { status: 500, code: 'INTERNAL', detail: 'Something went wrong inside the service.' };
}

function sendProblem(response: Response, problem: Problem): void {
  const { status, code, detail, parameter, hint } = problem;
  const retryAfter = problem.retryAfter ?? (status === 503 ? RETRY_AFTER_SECONDS : undefined);
  if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
  if (status === 401) response.set('WWW-Authenticate', 'ApiKey realm="kernelcast"');
  response.status(status).set('Cache-Control', 'no-store').removeHeader('ETag');
  const body = {
    // RFC 9457, 4.2.1: with "about:blank", the title should be the same as the recommended HTTP status phrase.
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    code,
    detail,
    parameter,
    hint,
    // Where Open-Meteo's clients look.
    error: true,
    reason: detail,
    request_id: response.getHeader('X-Request-Id'),
  };
  response.type('application/problem+json').send(JSON.stringify(body));
}

function shortPath(request: Request): string {
  return request.originalUrl.split('?', 1)[0].slice(0, 100);
}
