/**
 * Requests from the API's own description, good and bad: none is ever the service's fault, each bad one is refused by the name
 * of what is wrong, and each answer is as described. `KERNELCAST_FUZZ=5000` sends so many.
 */
import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { generatedRequests } from './generated-requests.ts';
import { holdingPredictor, type Service, shareFilled } from './support.ts';

const RUNS = Number(process.env.KERNELCAST_FUZZ ?? 400);
const SEED = Number(process.env.KERNELCAST_FUZZ_SEED ?? 7);

let service: Service;
const predictor = holdingPredictor();
beforeAll(() =>
  shareFilled(
    (filled) => {
      service = filled;
    },
    { context: { predictor: () => predictor } },
  ),
);

test(
  'no request whatever is the service’s fault, and what is wrong is named',
  async () => {
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(generatedRequests(await service.describe()), async ({ method, path, body, wrong, isAlone }) => {
        // Holds the answer to the description, too.
        const answer = await service.get(path, {
          method,
          ...(body && { body: body.text, headers: { 'Content-Type': body.type } }),
        });
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        expect(answer.status).toBeLessThan(500);
        if (wrong.length > 0) expect(answer.status).toBeGreaterThanOrEqual(400);
        if (answer.status < 400 || method === 'HEAD') return;
        expect(answer.body).toMatchObject({ status: answer.status, detail: expect.any(String) });
        // What is named `hourly.time.3` is within hourly; a name that nobody has is not found.
        if (isAlone)
          expect([wrong[0], [400, 404]]).toEqual([
            answer.body.parameter?.split('.')[0],
            expect.arrayContaining([answer.status]),
          ]);
        if (answer.status === 400) expect(answer.body.parameter).toEqual(expect.any(String));
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // The generator reaches all kinds of answers.
    expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 400, 404, 413, 415]));
    expect(seen.get(200)! / RUNS).toBeGreaterThan(0.2);
  },
  RUNS * 300 + 30_000,
);
