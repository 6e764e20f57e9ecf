/** The examples of clients in docs/api.md, run as they stand there, against a service: what a machine lacks is skipped by name. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import jsonata from 'jsonata';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DOCUMENT } from './document.ts';
import { type Service, shareFilled } from './support.ts';

const CLIENTS = readFileSync(DOCUMENT, 'utf8').split('\n## Clients\n')[1].split('\n## ')[0];
const run = promisify(execFile);

let service: Service;
beforeAll(() =>
  shareFilled((filled) => {
    service = filled;
  }),
);

const blocks = (language: string) =>
  [...CLIENTS.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => block);
const here = (text: string) => text.replaceAll('http://127.0.0.1:8080', service.url);
const path = (address: string) => here(address).slice(service.url.length);
const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;

const [plain, withPandas, ...more] = blocks('python');
const [sensor] = blocks('yaml');

test('there is one of each kind', () => {
  expect(
    [blocks('ts'), blocks('sh'), [plain], [withPandas], more, [sensor], blocks('text')].map(({ length }) => length),
  ).toEqual([1, 1, 1, 1, 0, 1, 1]);
});

test.skipIf(!has('curl', '--version'))('curl', async () => {
  const { stdout } = await run('sh', ['-c', here(blocks('sh')[0])]);
  expect(stdout).toMatch(/^time,temperature_2m_max \(°C\)\n2025-02-20,/m);
});

describe('Python', () => {
  const python = async (code: string) => (await run('python3', ['-c', here(code)])).stdout.trim().split('\n');

  test.skipIf(!has('python3', '--version'))('alone', async () => {
    const lines = await python(plain);
    expect([lines.length, lines[0]]).toEqual([24, '2025-02-20T00:00 10 °C']);
  });

  test.skipIf(!has('python3', '-c', 'import pandas, pyarrow'))('with pandas', async () => {
    const lines = await python(withPandas);
    expect(lines).toHaveLength(25);
    expect(lines[1]).toMatch(/2025-02-20 00:00:00.* 10\.0$/);
  });
});

test('Home Assistant: what the sensor reads is there', async () => {
  const { platform, resource, value_template, json_attributes_path, json_attributes, unit_of_measurement } =
    parse(sensor).sensor[0];
  expect([platform, json_attributes_path]).toEqual(['rest', '$.current']);
  const { body } = await service.get(path(resource));
  const names = /^\{\{ value_json\.([\w.]+) \}\}$/.exec(value_template)![1].split('.');
  expect(names.reduce((value, name) => value[name], body)).toBe(10);
  expect(Object.keys(body.current)).toEqual(expect.arrayContaining(json_attributes));
  expect(body.current_units.temperature_2m).toBe(unit_of_measurement);
});

test('Grafana: the expression makes rows with times in milliseconds', async () => {
  const expression = /`(\$zip[^`]+)`/.exec(CLIENTS)![1];
  const { body } = await service.get(path(blocks('text')[0].trim()));
  const rows = await jsonata(expression).evaluate(body);
  expect(rows).toHaveLength(48);
  expect(rows[24]).toEqual({ time: Date.UTC(2025, 1, 20), temperature: 10 });
});
