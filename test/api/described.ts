/** Holds answers to the API's own description: whatever is answered must be in `/openapi.json`, as it is said there. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

export interface Parameter {
  name: string;
  in: 'query' | 'path';
  required?: boolean;
  schema: Record<string, unknown>;
}

export interface Operation {
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: Record<string, { schema: Record<string, unknown> }> };
  responses: Record<string, { content: Record<string, { schema?: Record<string, unknown> }> }>;
}

export interface Description {
  paths: Record<string, Record<'get' | 'post', Operation | undefined>>;
  components: { schemas: Record<string, unknown> };
}

export interface Given {
  method: string;
  /** With the query. */
  path: string;
  status: number;
  type: string | null;
  body: unknown;
}

/** Problems that any path answers with, described or not. */
const COMMON = [404, 405];

export class Described {
  readonly document: Description;
  readonly #ajv: Ajv2020;
  readonly #checks = new Map<object, ValidateFunction>();

  constructor(document: Description) {
    this.document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  }

  /** What is wrong with an answer by the description; none where all is well. */
  problems({ method, path, status, type, body }: Given): string[] {
    if (status === 304 || method === 'OPTIONS') return [];
    const found = this.#find(path);
    const verb = method === 'HEAD' ? 'get' : method.toLowerCase();
    const operation = found?.[verb as 'get' | 'post'];
    if (!operation) {
      return COMMON.includes(status) || status === 400
        ? this.#checkProblem(status, type, body)
        : [`${status} at an unknown path`];
    }
    const described = operation.responses[status];
    if (!described)
      return COMMON.includes(status) ? this.#checkProblem(status, type, body) : [`status ${status} is not described`];
    const media = Object.entries(described.content).find(([name]) => name === type || type?.startsWith(`${name};`));
    if (!media) return [`the type ${type} is not described for ${status}`];
    if (method === 'HEAD' || !media[1].schema) return [];
    return this.#check(media[1].schema, body);
  }

  #checkProblem(status: number, type: string | null, body: unknown): string[] {
    if (!type?.startsWith('application/problem+json')) return [`${status} of the type ${type}`];
    return this.#check({ $ref: '#/components/schemas/Problem' }, body);
  }

  #check(schema: object, body: unknown): string[] {
    let check = this.#checks.get(schema);
    if (!check) {
      check = this.#ajv.compile({ ...schema, components: this.document.components });
      this.#checks.set(schema, check);
    }
    return check(body) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  #find(path: string) {
    const plain = path.split('?')[0];
    return Object.entries(this.document.paths).find(([template]) => {
      return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(plain);
    })?.[1];
  }
}
