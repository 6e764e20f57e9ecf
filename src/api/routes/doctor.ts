/** `GET /v1/doctor`: what `kernelcast doctor` finds on the machine of the service; for the machine itself and holders of a key. */
import { z } from 'zod';
import { KernelcastError } from '../../errors.ts';
import { answerNow, JSON_TYPE } from '../answers.ts';
import { parseQuery } from '../query.ts';
import type { Route, Tools } from '../route.ts';
import { doctorSchema } from '../schemas/operation.ts';

const schema = z.strictObject({});

export function doctorRoute({ context, access }: Tools): Route {
  return {
    id: 'Doctor',
    path: '/v1/doctor',
    tag: 'service',
    summary: 'How the machine of the service is',
    description: 'Only from the machine itself or with a key, unless the service is told to open it.',
    query: schema,
    answers: { [JSON_TYPE]: doctorSchema },
    problems: [401, 403, 404],
    isOpen: true,
    get: async (request, response) => {
      access.checkAdmin(request);
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
