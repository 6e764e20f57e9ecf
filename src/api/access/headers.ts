/** Headers that every answer carries, or every answer of the API. */
import type { ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';

/** No inline script or style, nothing from anywhere else. */
export const CONTENT_SECURITY_POLICY = [
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

const SECURITY = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Any page may read the API: it holds nothing that is anybody's own. */
const OTHER_ORIGINS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Content-Disposition, ETag, Last-Modified, Retry-After, X-Request-Id',
};

/** Where other origins may read, but for what `closeToOrigins` closes. */
const OPEN_TO_ORIGINS = /^\/(v1|health|openapi\.json)(?=[/?]|$)/;

export function setHeaders(response: ServerResponse, url: string): void {
  for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value);
  if (!OPEN_TO_ORIGINS.test(url)) return;
  for (const [name, value] of Object.entries(OTHER_ORIGINS)) response.setHeader(name, value);
}

/** What the machine itself may read is not for every page that is open on it. */
export function closeToOrigins(response: ServerResponse): void {
  for (const name of Object.keys(OTHER_ORIGINS)) response.removeHeader(name);
}

/** The methods that a route with these handlers takes. */
export function methodsOf({ get, post }: { get?: unknown; post?: unknown }): string[] {
  return [...(get ? ['GET', 'HEAD'] : []), ...(post ? ['POST'] : [])];
}

/** The answer to a browser that asks first whether it may ask. */
export function answerPreflight(methods: readonly string[]): RequestHandler {
  return (_request, response) => {
    response
      .status(204)
      .set({
        Allow: [...methods, 'OPTIONS'].join(', '),
        'Access-Control-Allow-Methods': methods.join(', '),
        'Access-Control-Allow-Headers': '*',
        'Access-Control-Max-Age': '86400',
      })
      .end();
  };
}
