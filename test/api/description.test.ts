/** `/openapi.json` and `/docs`: made of the routes, complete, and to be read without a network. */
import { expect, test } from 'vitest';
import { startFilled } from './support.ts';

test('the description has every route, with an id of its own, and what it takes and answers', async () => {
  const { describe: read } = await startFilled();
  const { paths } = await read();
  expect(Object.keys(paths).sort()).toEqual([
    '/docs',
    '/docs.css',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/openapi.json',
    '/v1/doctor',
    '/v1/events',
    '/v1/forecast',
    '/v1/jobs',
    '/v1/models',
    '/v1/models/{id}/training',
    '/v1/models/{id}/updates',
    '/v1/observations',
    '/v1/predict',
    '/v1/runs',
    '/v1/runs/{init}/values',
    '/v1/stations',
    '/v1/status',
    '/v1/storage',
    '/v1/verification',
  ]);
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map((operation) => operation!.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const latitude = paths['/v1/forecast'].get!.parameters.find(({ name }) => name === 'latitude')!;
  expect(latitude.schema).toMatchObject({
    type: 'array',
    items: { type: 'number', minimum: -90, maximum: 90 },
    maxItems: 1000,
  });
  const limit = paths['/v1/stations'].get!.parameters.find(({ name }) => name === 'limit')!;
  expect(limit.schema).toEqual({ type: 'integer', minimum: 1, maximum: 100_000, default: 100 });
  const inits = paths['/v1/runs/{init}/values'].get!.parameters.find(({ name }) => name === 'init')!;
  expect([inits.in, inits.required]).toEqual(['path', true]);
  expect(Object.keys(paths['/v1/forecast'].get!.responses[200].content)).toContain('text/csv; charset=utf-8');
});

test('the page shows every route, needs no script, and asks for nothing elsewhere', async () => {
  const { get, describe: read } = await startFilled();
  const { status, body } = await get('/docs');
  expect(status).toBe(200);
  for (const path of Object.keys((await read()).paths)) expect(body).toContain(`</span>${path}</h3>`);
  expect(body).not.toMatch(/<script|https?:|style=/);
  expect((await get('/docs.css')).body).toContain('color-scheme');
});
