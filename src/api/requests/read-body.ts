/** Reads the body of a POST: JSON, or a form, up to a megabyte. */
import express, { type RequestHandler } from 'express';

const LIMIT = '1mb';
const FORM = 'application/x-www-form-urlencoded';

const readers: RequestHandler[] = [
  express.json({ limit: LIMIT, strict: false }),
  // As it is: a form is read like a query.
  express.text({ limit: LIMIT, type: FORM }),
];

export const readBody: RequestHandler[] = [
  (request, _response, next) => {
    const isKnown = request.is(['json', FORM]);
    next(isKnown ? undefined : Object.assign(new Error('unknown type of body'), { status: 415, type: 'entity.type' }));
  },
  ...readers,
];
