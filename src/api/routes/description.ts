/** `GET /openapi.json`: the description of the API; `GET /docs`: the same, to read. */
import { z } from 'zod';
import { JSON_TYPE, jsonBytes } from '../answers/answers.ts';
import { DOCS_STYLE, docsPage } from '../description/docs-page.ts';
import { describeApi } from '../description/openapi.ts';
import type { Route, Tools } from '../route.ts';

const query = z.looseObject({});
const HTML_TYPE = 'text/html; charset=utf-8';
const CSS_TYPE = 'text/css; charset=utf-8';

/** @param routes that are described, beside these */
export function descriptionRoutes({ context, answers }: Tools, routes: readonly Route[]): Route[] {
  const describe = () => describeApi([...routes, ...own], context.version);
  const shared = { tag: 'service' as const, query, isOpen: true };
  const own: Route[] = [
    {
      ...shared,
      id: 'Description',
      path: '/openapi.json',
      summary: 'This description',
      answers: { [JSON_TYPE]: z.looseObject({ openapi: z.string() }) },
      get: (request, response) => {
        const make = async () => jsonBytes(describe());
        return answers.send(request, response, { basis: ['openapi'], mediaType: JSON_TYPE, make });
      },
    },
    {
      ...shared,
      id: 'Docs',
      path: '/docs',
      summary: 'This description, to read',
      answers: { [HTML_TYPE]: null },
      get: (request, response) => {
        const make = async () => Buffer.from(docsPage(describe()));
        return answers.send(request, response, { basis: ['docs'], mediaType: HTML_TYPE, make });
      },
    },
    {
      ...shared,
      id: 'DocsStyle',
      path: '/docs.css',
      summary: 'The looks of /docs',
      answers: { [CSS_TYPE]: null },
      get: (request, response) => {
        const make = async () => Buffer.from(DOCS_STYLE);
        return answers.send(request, response, { basis: ['docs.css'], mediaType: CSS_TYPE, make });
      },
    },
  ];
  return own;
}
