/**
 * Writes the client's types from the API's description:
 *
 *     npx tsx src/client/make-types.ts http://127.0.0.1:8080/openapi.json > src/client/types.ts
 *
 * A test holds `types.ts` to what this makes of the description in the code.
 */
import { fileURLToPath } from 'node:url';

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
}

interface Operation {
  summary: string;
  parameters: { name: string; description?: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: Record<string, { schema?: Schema }> }>;
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Columns that an object may have in one line. */
const SHORT = 160;
const JSON_TYPE = /^application\/json/;

export function makeTypes({ paths, components }: Description): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const section = (title: string, method: string) => {
    const entries = operations.flatMap(({ path, method: own, operation }) => {
      const answer = jsonSchema(operation.responses[200].content);
      if (own !== method || !answer) return [];
      const { get } = paths[path];
      const isSame = method === 'post' && get && requestType(get) === requestType(operation);
      const request = isSame ? `Gets['${path}']['request']` : (bodyType(operation) ?? requestType(operation));
      return [
        `/** ${operation.summary}. */`,
        `'${path}': ${braced([`request: ${request};`, `answer: ${typeOf(answer)};`])};`,
      ];
    });
    return `export interface ${title} {\n  ${indent(entries.join('\n'))}\n}\n`;
  };
  const named = Object.entries(components.schemas).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema)};\n`,
  );
  const head = '/** The requests and answers of the API, made of its description by make-types.ts: do not edit. */\n';
  const list = 'type OneOrMore<T> = T | readonly T[];\ntype Values = (number | null)[];\n';
  return [head, list, ...named, section('Gets', 'get'), section('Posts', 'post')].join('\n');
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}

/** Of a body with lists of its own: one value is no list there. */
function bodyType({ requestBody }: Operation): string | undefined {
  const body = requestBody && jsonSchema(requestBody.content);
  return body && typeOf(body);
}

function requestType({ parameters, requestBody }: Operation): string {
  const body = requestBody && jsonSchema(requestBody.content);
  if (body) return typeOf(body, true);
  const properties = Object.fromEntries(
    parameters.map(({ name, description, schema }) => [name, { ...schema, description }]),
  );
  const required = parameters.filter((parameter) => parameter.required).map(({ name }) => name);
  return typeOf({ type: 'object', properties, required, additionalProperties: false }, true);
}

function jsonSchema(content: Record<string, { schema?: Schema }>): Schema | undefined {
  return Object.entries(content).find(([type]) => JSON_TYPE.test(type))?.[1].schema;
}

/** @param isSent a list of what is sent may be one value, too */
function typeOf(schema: Schema, isSent = false): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1)!;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) {
    const parts = schema.anyOf.map((part) => typeOf(part, isSent));
    // Beside any text, some texts say nothing more.
    const kept = parts.includes('string') ? parts.filter((part) => !part.startsWith('"')) : parts;
    return [...new Set(kept)].join(' | ');
  }
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, isSent)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array': {
      const item = typeOf(schema.items ?? {}, isSent);
      if (item === 'number | null') return 'Values';
      return isSent ? `OneOrMore<${item}>` : /^\w+$/.test(item) ? `${item}[]` : `(${item})[]`;
    }
    case 'object':
      return objectType(schema, isSent);
    default:
      return 'unknown';
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema, isSent: boolean): string {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description ? `/** ${schema.description.replaceAll('*/', '')} */ ` : '';
    const key = /^\w+$/.test(name) ? name : `'${name}'`;
    return `${comment}${key}${required.includes(name) ? '' : '?'}: ${typeOf(schema, isSent)};`;
  });
  if (typeof additionalProperties !== 'object' || Object.keys(additionalProperties).length === 0) {
    return fields.length > 0 ? braced(fields) : 'Record<string, never>';
  }
  const more = `Record<string, ${typeOf(additionalProperties, isSent)}>`;
  // An index signature that allowed the named fields would say nothing of the others.
  return fields.length > 0 ? `${braced(fields)} & ${more}` : more;
}

/** A few short fields stand in one line. */
function braced(fields: readonly string[]): string {
  const line = `{ ${fields.join(' ').replace(/;$/, '')} }`;
  const isShort = line.length <= SHORT && !line.includes('\n');
  return isShort ? line : `{\n  ${indent(fields.join('\n'))}\n}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const response = await fetch(process.argv[2]);
  process.stdout.write(makeTypes((await response.json()) as Description));
}
