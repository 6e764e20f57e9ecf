/** The page of skill: evaluations as Markdown tables and SVG pictures. Pure: what it is given decides what it says. */
import type { Evaluation, ModelReport, VariableReport } from '../../../models/evaluation/report.ts';
import { QUANTILE_LEVELS } from '../../domain/quantiles.ts';
import { VARIABLES, type VariableName } from '../../domain/variables.ts';
import type { SkillConfig, SkillSection } from './config.ts';
import { lineChart } from './line-chart.ts';

export interface SectionResult {
  section: SkillSection;
  evaluation: Evaluation;
}

export interface SkillPage {
  markdown: string;
  /** By file name, in the folder of images. */
  pictures: Map<string, string>;
}

const LEADS_SHOWN = [1, 3, 6, 12, 18, 24];
/** What is drawn and broken down; the components of the wind stand in the tables. */
const DRAWN: readonly VariableName[] = ['temperature_2m', 'wind_speed_10m'];

/**
 * @param appended texts that end the page
 * @param images the folder of the pictures, as the page names it
 */
export function skillPage(
  { intro }: Pick<SkillConfig, 'intro'>,
  results: readonly SectionResult[],
  appended: readonly string[],
  images: string,
): SkillPage {
  const pictures = new Map<string, string>();
  const picture = (name: string, alt: string, svg: string) => {
    pictures.set(name, svg);
    return `![${alt}](${images}/${name})`;
  };
  const markdown = [
    '# How good are the forecasts?',
    '<!-- Written by `npm run skill`: change docs/skill.config.json, not this page. -->',
    intro,
    DEFINITIONS,
    ...results.flatMap((result) => sectionOf(result, picture)),
    ...appended.map((text) => text.trim()),
  ].join('\n\n');
  return { markdown: `${markdown}\n`, pictures };
}

const DEFINITIONS = [
  'Errors are forecast minus observation, over all observed targets of all windows (one an hour), stations and lead hours; nothing is',
  'dropped. CRPS is the mean over the levels 0.1, 0.25, 0.5, 0.75 and 0.9 of twice the pinball loss; of a model that gives a single value it',
  'is the absolute error. *In 50 %* and *in 80 %* are the shares of observations within those intervals. Brackets are 95 % intervals by a',
  'bootstrap over days of init (1,000 resamples, the same for all models).',
].join('\n');

type Picture = (name: string, alt: string, svg: string) => string;

function sectionOf({ section, evaluation }: SectionResult, picture: Picture): string[] {
  const present = (Object.keys(VARIABLES) as VariableName[]).filter((variable) =>
    evaluation.models.some((model) => model.variables[variable]),
  );
  return [
    `## ${section.title}`,
    ...(section.note ? [section.note] : []),
    `Targets from ${section.from} to ${section.to} (exclusive), ${evaluation.windows} windows, ${evaluation.blocks} days.`,
    ...present.flatMap((variable) => variableParts(section, evaluation, variable, picture)),
    ...windVectorPart(evaluation),
    ...(section.quoted ? quotedPart(section.quoted) : []),
  ];
}

function variableParts(section: SkillSection, evaluation: Evaluation, variable: VariableName, picture: Picture) {
  const { label, unit } = VARIABLES[variable];
  const rows = rowsOf(evaluation, variable);
  const parts = [`### ${label} (${unit})`, scoresTable(rows), differencesLine(evaluation, variable, rows)];
  if (!DRAWN.includes(variable)) return parts;
  const slug = `skill-${section.id}-${variable.replaceAll('_', '-')}`;
  const byLead = lineChart({
    title: `${label}: mean absolute error by lead hour`,
    x: { label: 'hours after init', ticks: [1, 4, 8, 12, 16, 20, 24] },
    y: { label: unit },
    series: rows.map(({ name, scores }) => ({
      name,
      points: scores.byLead.map(({ mae }, lead) => [lead + 1, mae] as const),
    })),
  });
  parts.push(picture(`${slug}-by-lead.svg`, `${label}: error by lead hour`, byLead), leadTable(rows));
  const uncertain = rows.filter(({ scores }) => scores.reliability);
  if (uncertain.length > 0) {
    const reliability = lineChart({
      title: `${label}: how often each quantile was not exceeded`,
      x: { label: 'level', ticks: [0, ...QUANTILE_LEVELS, 1] },
      y: { label: 'share of observations at or below it' },
      diagonal: true,
      series: uncertain.map(({ name, scores }) => ({
        name,
        points: QUANTILE_LEVELS.map((level, index) => [level, scores.reliability![index]] as const),
      })),
    });
    parts.push(picture(`${slug}-reliability.svg`, `${label}: reliability of the quantiles`, reliability));
  }
  parts.push(stationTable(rows));
  return parts;
}

interface Row {
  id: string;
  name: string;
  scores: VariableReport;
}

/** In the order of their MSE. */
function rowsOf({ models }: Evaluation, variable: VariableName): Row[] {
  return models
    .flatMap(({ model, name, variables }): Row[] => {
      const scores = variables[variable];
      return scores && scores.count > 0 ? [{ id: model, name, scores }] : [];
    })
    .sort((a, b) => a.scores.mse - b.scores.mse);
}

function scoresTable(rows: readonly Row[]): string {
  const header = ['model', 'MSE', 'RMSE', 'MAE', 'bias', 'CRPS', 'in 50 %', 'in 80 %', 'MSE vs persistence'];
  header.push('CRPS vs climatological distribution', 'targets');
  return markdownTable(
    header,
    rows.map(({ name, scores }) => [
      name,
      withInterval(scores.mse, scores.intervals.mse),
      fixed(scores.rmse),
      withInterval(scores.mae, scores.intervals.mae),
      fixed(scores.bias),
      withInterval(scores.crps, scores.intervals.crps),
      percent(scores.coverage50),
      percent(scores.coverage80),
      percent(scores.skill.persistence?.mse),
      percent(scores.skill['harmonic-climatology']?.crps),
      String(scores.count),
    ]),
  );
}

/** What the best of them has on the others, and whether that is more than chance. */
function differencesLine({ differences }: Evaluation, variable: VariableName, rows: readonly Row[]): string {
  const [best, ...others] = rows;
  const told = others.map(({ id, name }) => {
    const found = differences.find(
      (one) =>
        one.variable === variable &&
        one.score === 'mse' &&
        ((one.model === best.id && one.than === id) || (one.model === id && one.than === best.id)),
    );
    if (!found) return name;
    const sign = found.model === best.id ? -1 : 1;
    const interval = found.interval?.map((limit) => sign * limit).sort((a, b) => a - b);
    const range = interval ? ` [${fixed(interval[0])}, ${fixed(interval[1])}]` : '';
    return `${name} ${fixed(sign * found.difference)}${range}${found.significant ? '' : ' (not significant)'}`;
  });
  return told.length === 0 ? '' : `MSE of ${best.name} less than that of others by: ${told.join('; ')}.`;
}

function leadTable(rows: readonly Row[]): string {
  return markdownTable(
    ['MAE at lead hour', ...LEADS_SHOWN.map(String)],
    rows.map(({ name, scores }) => [name, ...LEADS_SHOWN.map((lead) => fixed(scores.byLead[lead - 1].mae))]),
  );
}

/** The best model and persistence at the stations where the best is best and worst. */
function stationTable(rows: readonly Row[]): string {
  const [best] = rows;
  const persistence = rows.find(({ id }) => id === 'persistence');
  const sorted = best.scores.byStation.filter(({ count }) => count > 0).sort((a, b) => a.mse - b.mse);
  const shown = sorted.length <= 6 ? sorted : [...sorted.slice(0, 3), ...sorted.slice(-3)];
  const header = ['station', `MSE of ${best.name}`, 'bias', 'in 80 %', ...(persistence ? ['MSE of persistence'] : [])];
  const lines = shown.map(({ station, mse, bias, coverage80 }) => {
    const other = persistence?.scores.byStation.find((one) => one.station === station);
    return [station, fixed(mse), fixed(bias), percent(coverage80), ...(other ? [fixed(other.mse)] : [])];
  });
  const told =
    sorted.length > shown.length ? `The three stations with the least and the largest error, of ${sorted.length}:` : '';
  return [told, markdownTable(header, lines)].filter((part) => part !== '').join('\n\n');
}

function windVectorPart({ models }: Evaluation): string[] {
  const rows = models
    .flatMap(({ name, windVector }: ModelReport) => (windVector ? [{ name, ...windVector }] : []))
    .sort((a, b) => a.rmse - b.rmse);
  if (rows.length === 0) return [];
  const lines = rows.map(({ name, rmse, interval, count }) => [name, withInterval(rmse, interval), String(count)]);
  return ['### Wind as a vector (m/s)', markdownTable(['model', 'RMSE of the vector', 'targets'], lines)];
}

function quotedPart({ source, rows }: NonNullable<SkillSection['quoted']>): string[] {
  const variables = DRAWN.filter((variable) => rows.some(({ scores }) => scores[variable]));
  const header = ['quoted', ...variables.flatMap((variable) => [`${VARIABLES[variable].label}: MSE`, 'MAE'])];
  const lines = rows.map(({ name, scores }) => [
    name,
    ...variables.flatMap((variable) => [fixed(scores[variable]?.mse), fixed(scores[variable]?.mae)]),
  ]);
  return ['### Figures of others', `Not computed here, but quoted: ${source}`, markdownTable(header, lines)];
}

function markdownTable(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [header, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function fixed(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : (Math.round(value * 1000) / 1000 || 0).toFixed(3);
}

function percent(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? '' : `${(Math.round(share * 1000) / 10 || 0).toFixed(1)} %`;
}

function withInterval(value: number, interval: readonly [number, number] | null): string {
  return interval ? `${fixed(value)} [${fixed(interval[0])}, ${fixed(interval[1])}]` : fixed(value);
}
