/** Headers that every answer carries. */
import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Log } from '../log.ts';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  next();
};

/** Any page may read the API: it holds nothing that is anybody's own. */
export const allowOtherOrigins: RequestHandler = (_request, response, next) => {
  response.set({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Retry-After, X-Request-Id',
  });
  next();
};

/** The answer to a browser that asks first whether it may ask. */
export const answerPreflight: RequestHandler = (_request, response) => {
  response
    .status(204)
    .set({
      Allow: 'GET, HEAD, OPTIONS',
      'Access-Control-Allow-Methods': 'GET, HEAD',
      'Access-Control-Allow-Headers': '*',
      'Access-Control-Max-Age': '86400',
    })
    .end();
};

/** Numbers each request, and logs it when it is answered. */
export function logRequests(log: Log): RequestHandler {
  return (request, response, next) => {
    const start = performance.now();
    const id = randomUUID();
    response.locals.requestId = id;
    response.set('X-Request-Id', id);
    response.on('finish', () => {
      const ms = Math.round((performance.now() - start) * 10) / 10;
      log.debug(
        { request: id, method: request.method, url: request.originalUrl, status: response.statusCode, ms },
        'answered',
      );
    });
    next();
  };
}
