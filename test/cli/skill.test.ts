import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '../../models/evaluation/evaluate.ts';
import { type ForecastModel, forecastSeries } from '../../models/forecast-model.ts';
import { skillConfigSchema } from '../../src/cli/skill/config.ts';
import { lineChart } from '../../src/cli/skill/line-chart.ts';
import { type SectionResult, skillPage } from '../../src/cli/skill/page.ts';
import { registerSkill } from '../../src/cli/skill.ts';
import { packageRoot } from '../../src/config.ts';
import { parseHour } from '../../src/domain/time.ts';
import { ObservationStore } from '../../src/store/observations/observations.ts';
import { testSeries, testStations } from '../models/synthetic-series.ts';
import { temporaryFolder } from '../store/support.ts';
import { printed } from './support.ts';

const FROM = parseHour('2021-01-01');

/** Forecasts `error` too much everywhere, with quantiles about it or without. */
function modelOf(id: string, error: number, uncertain = false): ForecastModel {
  return {
    id,
    name: `The ${id}`,
    kind: 'baseline',
    weightsSha256: null,
    historyHours: 1,
    forecast: async (input) => {
      const levels = [-2, -1, 0, 1, 2].map((offset) => new Float32Array(48).fill(10 + error + offset));
      const values = new Map([['temperature_2m', new Float32Array(48).fill(10 + error)] as const]);
      return forecastSeries(input, values, uncertain ? { temperature_2m: levels } : undefined);
    },
  };
}

let result: SectionResult;

beforeAll(async () => {
  const observations = testSeries({
    stations: testStations(2),
    from: FROM,
    hours: 600,
    values: { temperature_2m: () => 10 },
  });
  const evaluation = await evaluate({
    observations,
    models: [modelOf('worse', 3), modelOf('better', 1, true), modelOf('persistence', 4)],
    from: FROM + 48,
    to: FROM + 600,
  });
  const section = {
    id: 'toy',
    title: 'A toy',
    note: 'Not real.',
    dataset: 'toy',
    from: '2021-01-03',
    to: '2021-01-26',
    stride: 1,
    quoted: {
      source: 'somebody, somewhere',
      rows: [{ name: 'theirs', scores: { temperature_2m: { mse: 4, mae: 2 } } }],
    },
  };
  result = { section, evaluation };
});

describe('the page of skill', () => {
  test('has the models in the order of their error, with intervals, skill and how many targets', () => {
    const { markdown } = skillPage({ intro: 'Hello.' }, [result], ['## More\n'], 'images');
    expect(markdown).toMatch(/^# How good are the forecasts\?\n\n<!-- .* -->\n\nHello\./);
    expect(markdown).toContain('## A toy\n\nNot real.');
    const table = markdown.split('\n').filter((row) => /^\| The .*\[/.test(row));
    expect(table.map((row) => row.slice(0, 40).split(' | ')[0])).toEqual([
      '| The better',
      '| The worse',
      '| The persistence',
    ]);
    expect(table[0]).toContain('| 1.000 [1.000, 1.000] | 1.000 |');
    expect(table[0]).toContain('| 93.8 % |');
    expect(table[0]).toContain(`| ${529 * 48} |`);
    expect(markdown).toContain('less than that of others by: The worse 8.000 [8.000, 8.000]; The persistence 15.000');
    expect(markdown.trimEnd().endsWith('## More')).toBe(true);
  });

  test('quotes the figures of others as theirs', () => {
    const { markdown } = skillPage({ intro: '' }, [result], [], 'images');
    expect(markdown).toContain('Not computed here, but quoted: somebody, somewhere');
    expect(markdown).toContain('| theirs | 4.000 | 2.000 |');
  });

  test('draws the error by lead hour of all models, and the reliability of those with quantiles', () => {
    const { markdown, pictures } = skillPage({ intro: '' }, [result], [], 'images');
    expect([...pictures.keys()]).toEqual([
      'skill-toy-temperature-2m-by-lead.svg',
      'skill-toy-temperature-2m-reliability.svg',
    ]);
    for (const name of pictures.keys()) expect(markdown).toContain(`(images/${name})`);
    const [byLead, reliability] = pictures.values();
    expect(byLead).toContain('The worse');
    expect(reliability).toContain('The better');
    expect(reliability).not.toContain('The worse');
  });
});

test('a chart puts its points where they belong, and text that is no markup', () => {
  const svg = lineChart({
    title: 'a < b & c',
    x: { label: 'x', ticks: [0, 10] },
    y: { label: 'y' },
    series: [
      {
        name: 'one',
        points: [
          [0, 0],
          [10, 3],
        ],
      },
    ],
  });
  expect(svg).toContain('a &lt; b &amp; c');
  expect(svg).toContain('d="M60.0,372.0L570.0,40.0"');
});

describe('kernelcast skill', () => {
  test('evaluates a section on a dataset, fits its baselines, and writes page and pictures', async () => {
    const root = temporaryFolder();
    const hours = 440 * 24;
    const observations = testSeries({
      stations: testStations(2),
      from: FROM,
      hours,
      values: { temperature_2m: (hour, s) => 10 + s + Math.sin(hour / 3) + 3 * Math.sin(hour / 100) },
    });
    await new ObservationStore(root).merge('toy', observations, { source: 'test' });
    const config = join(root, 'skill.json');
    const section = {
      id: 'toy',
      title: 'A toy',
      dataset: 'toy',
      from: '2022-02-20',
      to: '2022-03-12',
      stride: 3,
      artefacts: [],
      fit: { to: '2022-01-20', validateTo: '2022-02-20', models: ['damped-blend'] },
    };
    writeFileSync(join(root, 'end.md'), '## The end');
    writeFileSync(config, JSON.stringify({ intro: 'Hello.', sections: [section], append: ['end.md'] }));
    const out = join(root, 'docs', 'skill.md');
    const said = await printed(registerSkill, 'skill', '--config', config, '--out', out, '--data', root);
    expect(said).toBe(`wrote ${out} and 2 pictures\n`);
    const page = readFileSync(out, 'utf8');
    for (const name of ['Damped blend', 'Diurnal persistence', 'Harmonic climatology'])
      expect(page).toContain(`| ${name} |`);
    expect(page.trimEnd().endsWith('## The end')).toBe(true);
    expect(readdirSync(join(root, 'docs', 'images'))).toHaveLength(2);

    const leaky = { ...section, fit: { ...section.fit, to: '2022-02-21' } };
    writeFileSync(config, JSON.stringify({ intro: '', sections: [leaky] }));
    await expect(printed(registerSkill, 'skill', '--config', config, '--out', out, '--data', root)).rejects.toThrow(
      /fitted to what they are judged on/,
    );
    writeFileSync(config, JSON.stringify({ intro: '', sections: [{ ...section, colour: 'red' }] }));
    await expect(printed(registerSkill, 'skill', '--config', config)).rejects.toThrow(
      expect.objectContaining({ code: 'USAGE', where: expect.objectContaining({ field: 'sections.0' }) }),
    );
  });

  test('has a configuration in the docs that it understands', () => {
    const config = JSON.parse(readFileSync(join(packageRoot(), 'docs', 'skill.config.json'), 'utf8'));
    expect(skillConfigSchema.parse(config).sections.length).toBeGreaterThan(0);
  });
});
