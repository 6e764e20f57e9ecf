/** docs/api.md shows answers as the code gives them: the same keys, the same kinds of values. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DOCUMENT, readExamples } from './document.ts';
import { startFilled } from './support.ts';

/** Where two answers differ in their keys or kinds of values. Null is of any kind; of lists, the first values count. */
function differences(shown: unknown, real: unknown, where: string): string[] {
  if (shown === null || real === null) return [];
  if (Array.isArray(shown) && Array.isArray(real)) {
    return shown.length > 0 && real.length > 0 ? differences(shown[0], real[0], `${where}[0]`) : [];
  }
  if (typeof shown !== 'object' || typeof real !== 'object') {
    return typeof shown === typeof real ? [] : [`${where}: ${typeof shown}, not ${typeof real}`];
  }
  const [left, right] = [named(shown), named(real)];
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) => {
    const inBoth = left.has(key) && right.has(key);
    return inBoth ? differences(left.get(key), right.get(key), `${where}.${key}`) : [`${where}.${key}: in one only`];
  });
}

/** Keys made of the id of a model are brought to one. */
function named(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).map(([key, part]) => [key.replace(/_(unireplknet|demo)$/, '_MODEL'), part]));
}

/** Parts whose content is free: variables differ between datasets, training between models, jobs between services. */
function withoutFreeParts(path: string, body: Record<string, unknown>) {
  const copy = structuredClone(body) as Record<string, unknown> & { models?: Record<string, unknown>[] };
  if (path === '/v1/models') {
    for (const model of copy.models ?? []) {
      delete model.training;
      delete model.architecture;
      model.scores = { temperature_2m: (model.scores as Record<string, unknown>).temperature_2m };
    }
  }
  if (path.startsWith('/v1/status')) delete copy.jobs;
  if (path.startsWith('/v1/verification')) {
    for (const model of copy.models ?? []) {
      const { temperature_2m: temperature } = model.variables as Record<string, Record<string, unknown>>;
      delete temperature.skill_climatology;
      model.variables = { temperature_2m: temperature };
    }
  }
  return copy;
}

test('the examples of the document have the shape of real answers', async () => {
  const { get } = await startFilled();
  const examples = readExamples(readFileSync(DOCUMENT, 'utf8'));
  expect(examples.length).toBeGreaterThan(9);
  for (const { path, body } of examples) {
    const answer = await get(path.replace('unireplknet', 'demo'));
    const [shown, real] = [body, answer.body].map((each) => withoutFreeParts(path, each as never));
    expect(differences(shown, real, path)).toEqual([]);
  }
});
