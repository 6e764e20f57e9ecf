/** The description of the API as a page: plain HTML without a script, made of the OpenAPI document. */

interface Parameter {
  name: string;
  in: string;
  description?: string;
  required?: boolean;
  schema: Schema;
}

interface Schema {
  type?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  items?: Schema;
  anyOf?: Schema[];
  format?: string;
  examples?: unknown[];
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters: Parameter[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { description: string; content: Record<string, { schema?: unknown }> }>;
}

interface Document {
  info: { title: string; version: string; summary: string };
  paths: Record<string, Record<string, Operation>>;
}

export const DOCS_STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b2733, #dfe7ee); --soft: light-dark(#5a6b7b, #93a4b3);
  --line: light-dark(#d8e0e8, #2c3946); --paper: light-dark(#ffffff, #10171e); --tint: light-dark(#f3f6f9, #18222c); }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 6rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.9rem; margin: 0; } h2 { margin: 3rem 0 0.5rem; text-transform: capitalize; }
article { border: 1px solid var(--line); border-radius: 0.6rem; padding: 1rem 1.25rem; margin: 1rem 0; }
h3 { margin: 0; font: 600 1rem ui-monospace, monospace; overflow-wrap: anywhere; }
.method { color: var(--soft); text-transform: uppercase; margin-right: 0.6rem; }
p { margin: 0.4rem 0; } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; } td, th { text-align: left; vertical-align: top;
  padding: 0.35rem 0.75rem 0.35rem 0; border-top: 1px solid var(--line); } code { font: 0.85rem ui-monospace, monospace; }
summary { cursor: pointer; color: var(--soft); margin-top: 0.5rem; }
pre { background: var(--tint); padding: 0.75rem; border-radius: 0.4rem; overflow: auto; max-height: 24rem;
  font: 0.8rem/1.45 ui-monospace, monospace; }
.table { overflow-x: auto; } a { color: inherit; }
`;

export function docsPage(description: object): string {
  const { info, paths } = description as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0]))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags[0] === tag);
    return `<section><h2>${escaped(tag)}</h2>${own.map(article).join('')}</section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)} API</title><link rel="stylesheet" href="docs.css"></head><body>
<header><h1>${escaped(info.title)} API</h1><p>${escaped(info.summary)}</p>
<p class="soft">Version ${escaped(info.version)}. All of this for programs: <a href="openapi.json">openapi.json</a>.</p></header>
<main>${sections.join('\n')}</main></body></html>
`;
}

function article({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, required, description: text, schema }) =>
      `<tr><td><code>${escaped(name)}</code>${required ? ' *' : ''}</td><td><code>${escaped(kindOf(schema))}</code></td>` +
      `<td>${escaped(text ?? '')}</td></tr>`,
  );
  const answers = Object.entries(responses[200].content);
  const schemas = answers
    .filter(([, { schema }]) => schema)
    .map(([type, { schema }]) => details(`The answer, ${type}`, JSON.stringify(schema, null, 2)));
  const body = requestBody
    ? details('What is sent', JSON.stringify(Object.values(requestBody.content)[0], null, 2))
    : '';
  const problems = Object.entries(responses)
    .filter(([status]) => status !== '200')
    .map(([status, { description: text }]) => `${status}  ${text}`);
  return `<article id="${escaped(operationId)}"><h3><span class="method">${method}</span>${escaped(path)}</h3>
<p>${escaped(summary)}. ${escaped(description ?? '')}</p>
${rows.length > 0 ? `<div class="table"><table><tbody>${rows.join('')}</tbody></table></div>` : ''}
<p class="soft">Answers with ${answers.map(([type]) => `<code>${escaped(type)}</code>`).join(', ')}.</p>
${body}${schemas.join('')}${details('Problems', problems.join('\n'))}</article>`;
}

function details(title: string, text: string): string {
  return `<details><summary>${escaped(title)}</summary><pre tabindex="0">${escaped(text)}</pre></details>`;
}

function kindOf(schema: Schema): string {
  const { type, enum: values, minimum, maximum, items, anyOf, format, examples, default: usual } = schema;
  if (items) return `list of ${kindOf(items)}`;
  if (anyOf) return anyOf.map(kindOf).join(' | ');
  const range = minimum === undefined ? '' : ` ${minimum}..${maximum}`;
  const text = values ? values.join(' | ') : `${format ?? type ?? 'anything'}${range}`;
  const example = examples ? `, like ${examples.join(' or ')}` : '';
  return `${text}${example}${usual === undefined ? '' : ` = ${usual}`}`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
