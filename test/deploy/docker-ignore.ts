/** `.dockerignore`, as https://docs.docker.com/build/concepts/context/#dockerignore-files has it: the last pattern that matches counts. */
export interface IgnorePattern {
  matches: RegExp;
  isException: boolean;
}

export function readIgnore(text: string): IgnorePattern[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const isException = line.startsWith('!');
      const pattern = line.replace(/^!/, '').replace(/^\/|\/$/g, '');
      const source = pattern
        .replace(/[.+^${}()|\\]/g, '\\$&')
        .replace(/\*\*\/|\*\*|\*|\?/g, (star) => ({ '**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]' })[star]!);
      return { matches: new RegExp(`^${source}$`), isException };
    });
}

/** @param path from the root of the context, without a slash at its beginning; what is in a folder goes the way of the folder */
export function isIgnored(patterns: readonly IgnorePattern[], path: string): boolean {
  const parts = path.split('/');
  const folders = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  let ignored = false;
  for (const { matches, isException } of patterns) {
    if (folders.some((folder) => matches.test(folder))) ignored = !isException;
  }
  return ignored;
}
