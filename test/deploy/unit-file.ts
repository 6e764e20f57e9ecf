/** Reads a unit for systemd as far as ours go: `Key=value` lines, some more than once, `%i` for the instance. */
export interface Unit {
  user: string;
  command: string[];
  environment: Record<string, string>;
  /** In their order; those that begin with `-` may be missing. */
  environmentFiles: string[];
  workingDirectory: string;
  /** @throws where it is not there exactly once */
  one(key: string): string;
}

export function readUnit(text: string, instance = ''): Unit {
  const lines = text
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).replaceAll('%i', instance)]);
  const all = (key: string) => lines.filter(([name]) => name === key).map(([, value]) => value);
  const one = (key: string) => {
    const values = all(key);
    if (values.length !== 1) throw new Error(`${key} is there ${values.length} times`);
    return values[0];
  };
  const pairs = all('Environment').flatMap((value) => value.split(' '));
  return {
    user: one('User'),
    command: one('ExecStart').split(' '),
    environment: Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
    environmentFiles: all('EnvironmentFile'),
    workingDirectory: one('WorkingDirectory'),
    one,
  };
}
