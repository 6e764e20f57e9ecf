/** An evaluation as tables for a terminal. */
import type { Difference, Evaluation, VariableReport } from '../../../models/evaluation/report.ts';
import { VARIABLES, type VariableName } from '../../domain/variables.ts';

/** One line a model and variable. */
export function scoresTable({ models }: Evaluation): string {
  const header = [
    'model',
    'variable',
    'unit',
    'MSE',
    '95 % of MSE',
    'RMSE',
    'MAE',
    'bias',
    'CRPS',
    'in 50 %',
    'in 80 %',
  ];
  header.push('targets', 'vs persistence', 'vs climatology');
  const lines = models.flatMap(({ model, variables, windVector }) => [
    ...entriesOf(variables).map(([variable, scores]) => [
      model,
      variable,
      VARIABLES[variable].unit,
      fixed(scores.mse),
      range(scores.intervals.mse),
      ...[scores.rmse, scores.mae, scores.bias, scores.crps].map(fixed),
      percent(scores.coverage50),
      percent(scores.coverage80),
      String(scores.count),
      percent(scores.skill.persistence?.mse),
      percent(scores.skill.climatology?.mse),
    ]),
    ...(windVector
      ? [
          [
            model,
            'wind vector',
            'm/s',
            '',
            '',
            fixed(windVector.rmse),
            '',
            '',
            '',
            '',
            '',
            String(windVector.count),
            '',
            '',
          ],
        ]
      : []),
  ]);
  return layOut(header, lines, 3);
}

/** Every model against the best of its variable, by MSE. */
export function differencesTable({ models, differences }: Evaluation): string {
  if (models.length < 2) return '';
  const header = [
    'variable',
    'best by MSE',
    'against',
    'MSE less by',
    '95 % of it',
    'significant',
    'MAE less by',
    'CRPS less by',
  ];
  const lines: string[][] = [];
  for (const variable of Object.keys(VARIABLES) as VariableName[]) {
    const ofVariable = differences.filter((one) => one.variable === variable);
    const best = bestOf(ofVariable);
    if (best === undefined) continue;
    const seenFromBest = ofVariable.flatMap((one) => turned(one, best));
    for (const { than, difference, interval, significant, score } of seenFromBest) {
      if (score !== 'mse') continue;
      const other = (key: Difference['score']) => seenFromBest.find((one) => one.than === than && one.score === key);
      lines.push([variable, best, than, fixed(-difference), range(interval && [-interval[1], -interval[0]])]);
      lines[lines.length - 1].push(
        interval === null ? 'not tested' : significant ? 'yes' : 'no',
        ...(['mae', 'crps'] as const).map((key) => fixed(-(other(key)?.difference ?? Number.NaN))),
      );
    }
  }
  return layOut(header, lines, 3);
}

/** The model that no other has a lower MSE than. */
function bestOf(differences: readonly Difference[]): string | undefined {
  const byMse = differences.filter(({ score }) => score === 'mse');
  const ids = [...new Set(byMse.flatMap(({ model, than }) => [model, than]))];
  return ids.find((id) => byMse.flatMap((one) => turned(one, id)).every(({ difference }) => difference <= 0));
}

/** The difference as seen from `model`; nothing where it takes no part. */
function turned(one: Difference, model: string): Difference[] {
  if (one.model === model) return [one];
  if (one.than !== model) return [];
  const interval: Difference['interval'] = one.interval && [-one.interval[1], -one.interval[0]];
  return [{ ...one, model, than: one.model, difference: -one.difference, interval }];
}

export function breakdownTable({ models }: Evaluation, by: 'lead' | 'station'): string {
  const header = ['model', 'variable', by, 'MSE', 'RMSE', 'MAE', 'bias', 'CRPS', 'in 50 %', 'in 80 %', 'targets'];
  const lines = models.flatMap(({ model, variables }) =>
    entriesOf(variables).flatMap(([variable, { byLead, byStation }]) => {
      const rows =
        by === 'lead'
          ? byLead.map((scores, lead) => ({ label: String(lead + 1), scores }))
          : byStation.map((scores) => ({ label: scores.station, scores }));
      return rows.map(({ label, scores }) => [
        model,
        variable,
        label,
        ...[scores.mse, scores.rmse, scores.mae, scores.bias, scores.crps].map(fixed),
        percent(scores.coverage50),
        percent(scores.coverage80),
        String(scores.count),
      ]);
    }),
  );
  return layOut(header, lines, 3);
}

function entriesOf(variables: Partial<Record<VariableName, VariableReport>>): [VariableName, VariableReport][] {
  return Object.entries(variables) as [VariableName, VariableReport][];
}

export function fixed(value: number): string {
  return Number.isNaN(value) ? '' : (Math.round(value * 1000) / 1000 || 0).toFixed(3);
}

export function percent(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? '' : `${(Math.round(share * 1000) / 10 || 0).toFixed(1)} %`;
}

function range(interval: readonly [number, number] | null): string {
  return interval ? `${fixed(interval[0])} .. ${fixed(interval[1])}` : '';
}

/** Columns of equal width; the first `texts` of them to the left, numbers to the right. */
export function layOut(header: readonly string[], lines: readonly (readonly string[])[], texts: number): string {
  const widths = header.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column].length)));
  const place = (cell: string, column: number) =>
    column < texts ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return [header, ...lines].map((line) => `${line.map(place).join('  ').trimEnd()}\n`).join('');
}
