/** `GET /v1/doctor`: what `kernelcast doctor` finds on the machine of the service; for the machine itself and holders of a key. */
import { z } from 'zod';
import { KernelcastError } from '../../errors.ts';
import { answerNow, JSON_TYPE } from '../answers/answers.ts';
import { parseQuery } from '../requests/query.ts';
import type { Route, Tools } from '../route.ts';
import { doctorSchema } from '../schemas/operation.ts';

const schema = z.strictObject({});

export function doctorRoute({ context }: Tools): Route {
  return {
    id: 'Doctor',
    path: '/v1/doctor',
    tag: 'service',
    summary: 'How the machine of the service is',
    query: schema,
    answers: { [JSON_TYPE]: doctorSchema },
    problems: [404],
    isAdmin: true,
    get: async (request, response) => {
      parseQuery(schema, request);
      if (!context.operation) {
        throw new KernelcastError('NOT_FOUND', 'this service does not look at its machine', {
          hint: 'Run `kernelcast doctor` there.',
        });
      }
      const { at, checks } = await context.operation.examine();
      answerNow(response, { checked_at: new Date(at).toISOString(), checks });
    },
  };
}
