/**
 * The examples of docs/api.md: where they stand, and their renewal from a running service.
 *
 *     npm start & npx tsx test/api/document.ts http://127.0.0.1:8080
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const DOCUMENT = fileURLToPath(new URL('../../docs/api.md', import.meta.url));

const EXAMPLE = /```http\nGET (\S+)\n```\n\n```json\n([\s\S]*?)\n```/g;

export interface Example {
  path: string;
  body: unknown;
}

export function readExamples(markdown: string): Example[] {
  return [...markdown.matchAll(EXAMPLE)].map(([, path, body]) => ({ path, body: JSON.parse(body) }));
}

/** Arrays cut to their first two values. */
function shorten(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 2).map(shorten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shorten(part)]));
}

/** JSON with arrays of plain values on one line. */
function print(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner: string) => {
    return `[${inner.replace(/\s*\n\s*/g, ' ')}]`;
  });
}

async function renew(url: string): Promise<void> {
  let markdown = readFileSync(DOCUMENT, 'utf8');
  for (const [block, path] of [...markdown.matchAll(EXAMPLE)]) {
    const body = shorten(await (await fetch(url + path)).json());
    const fresh = `\`\`\`http\nGET ${path}\n\`\`\`\n\n\`\`\`json\n${print(body)}\n\`\`\``;
    markdown = markdown.replace(block, () => fresh);
  }
  writeFileSync(DOCUMENT, markdown);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await renew(process.argv[2]);
