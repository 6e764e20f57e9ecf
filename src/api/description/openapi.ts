/**
 * The API's description (OpenAPI 3.1), made of the routes: the schemas that read a request and that an answer is typed by are
 * the ones that it shows.
 */
import { z } from 'zod';
import type { Route } from '../route.ts';
import { problemSchema } from '../schemas/service.ts';

type Json = Record<string, unknown>;

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const PROBLEMS: Record<number, string> = {
  400: 'A parameter is missing, unknown, given twice, or has a value that it cannot have',
  401: 'A key is needed, or the one that was sent is not known',
  403: 'Not for whom asks',
  404: 'No such dataset, station, run, model or path',
  413: 'The body is too large',
  415: 'The body is of a type that is not taken',
  422: 'What is sent cannot be worked with',
  429: 'More was asked for than a client may in a minute; Retry-After says when to come back',
  500: 'A defect of the service',
  503: 'There is nothing to answer with yet, or the store is out of reach',
};

const FOR_ADMINS = 'For the machine itself and holders of a key, unless the service is told to open it.';

export function describeApi(routes: readonly Route[], version: string): Json {
  return pointToComponents({
    openapi: '3.1.1',
    info: {
      title: 'Kernelcast',
      version,
      summary: 'Hourly forecasts of temperature and wind, with the error of past ones.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(routes.map((route) => [route.path, pathItem(route)])),
    components: {
      schemas: { ...namedSchemas(routes), Problem: toJson(problemSchema, 'output') },
      securitySchemes: {
        header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        parameter: { type: 'apiKey', in: 'query', name: 'apikey' },
      },
    },
    // Keys are given out by whoever runs the service; most need none.
    security: [{}, { header: [] }, { parameter: [] }],
  });
}

function pathItem(route: Route): Json {
  return {
    ...(route.get && { get: operation(route, 'get') }),
    ...(route.post && { post: operation(route, 'post') }),
  };
}

function operation(route: Route, method: 'get' | 'post'): Json {
  const { id, tag, summary, description, query, parameters, body, answers, problems = [], isOpen, isAdmin } = route;
  const inQuery = method === 'get' || body !== 'query' ? parametersOf(query, 'query') : [];
  const statuses = [
    ...new Set([400, ...(isOpen ? [] : [401]), ...(isAdmin ? [403] : []), ...problems, 429, 500]),
  ].sort();
  const text = [description, isAdmin && FOR_ADMINS].filter(Boolean).join(' ');
  return {
    operationId: `${method}${id}`,
    tags: [tag],
    summary,
    ...(text && { description: text }),
    parameters: [...(parameters ? parametersOf(parameters, 'path') : []), ...inQuery],
    ...(method === 'post' && { requestBody: requestBody(route) }),
    responses: {
      200: {
        description: 'The answer',
        content: Object.fromEntries(
          Object.entries(answers).map(([type, schema]) => [type, schema ? { schema: toJson(schema, 'output') } : {}]),
        ),
      },
      ...Object.fromEntries(
        statuses.map((status) => [
          status,
          {
            description: PROBLEMS[status],
            content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        ]),
      ),
    },
  };
}

function requestBody({ query, body }: Route): Json {
  const schema = toJson(body === 'query' || body === undefined ? query : body, 'input');
  const types = body === 'query' ? ['application/json', 'application/x-www-form-urlencoded'] : ['application/json'];
  return { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

function parametersOf(schema: z.ZodObject, place: 'query' | 'path'): Json[] {
  const { properties = {}, required = [] } = toJson(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    ...(description !== undefined && { description }),
    ...((place === 'path' || required.includes(name)) && { required: true }),
    schema: { ...rest, ...defaultOf(schema.shape[name]) },
    ...(rest.type === 'array' && { style: 'form', explode: false }),
  }));
}

/** What zod leaves out where a text becomes something else: the default is of what it becomes. */
function defaultOf(schema: unknown): Json {
  return schema instanceof z.ZodDefault ? { default: schema.def.defaultValue } : {};
}

function toJson(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return rest;
}

/** The schemas that have a name, by it. */
function namedSchemas(routes: readonly Route[]): Json {
  const named: Json = {};
  for (const schema of routes.flatMap(({ answers }) => Object.values(answers))) {
    if (schema) Object.assign(named, (z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as Json).$defs);
  }
  return named;
}

/** References as OpenAPI writes them: zod's point into the schema that they stand in. */
function pointToComponents(document: Json): Json {
  return JSON.parse(JSON.stringify(document).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
