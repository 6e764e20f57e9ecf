/** The frame of the page is cut by view: a comment `pages/NAME.html` in index.html stands for that file. */
import { readFileSync } from 'node:fs';

export function fullFrame(html: string): string {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8').trim();
  return html.replace(/<!-- (pages\/\w+\.html) -->/g, (_, path) => read(path));
}
