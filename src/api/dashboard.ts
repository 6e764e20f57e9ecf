/** The built pages, at `/`. Their assets carry their content's hash in the name, so those may be kept for good. */
import { sep } from 'node:path';
import express, { type RequestHandler } from 'express';

export function dashboard(directory: string): RequestHandler {
  return express.static(directory, {
    setHeaders: (response, path) => {
      const isHashed = path.includes(`${sep}assets${sep}`);
      response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
