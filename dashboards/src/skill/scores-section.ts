/** The scores of one variable: a table of the models, the error by lead hour and period by period, and what the bands held. */
import type { RunModel } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { decimal, percent, share } from '../format/quantity.ts';
import { HOUR, shortDayLabel } from '../format/time.ts';
import { type QuantityKind, unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';
import { roleOf } from '../line-styles.ts';
import { readTheme } from '../theme.ts';
import { createLineChart } from './line-chart.ts';
import type { SkillData } from './skill-data.ts';
import { type VariableSkill, variableSkill } from './skill-rows.ts';

/** How an element's id ends, the API's name, and what kind of quantity it is. */
export const SCORED_VARIABLES = [
  ['temperature', 'temperature_2m', 'temperature'],
  ['wind', 'wind_speed_10m', 'speed'],
] as const;
export type ScoredVariable = (typeof SCORED_VARIABLES)[number];

export interface ScoresSection {
  show(data: SkillData, models: readonly RunModel[]): void;
}

export function createScoresSection([key, variable, kind]: ScoredVariable): ScoresSection {
  const byLead = createLineChart(byId<HTMLCanvasElement>(`by-lead-${key}`), {
    xLabel: (lead) => (lead === 0 ? '0 h' : `+${lead}`),
    xStep: 6,
  });
  const weeks = createLineChart(byId<HTMLCanvasElement>(`weeks-${key}`), {
    xLabel: (hour) => shortDayLabel(hour * HOUR),
    xStep: 24,
  });

  function showTable({ rows }: VariableSkill): void {
    const { ofDifference } = unit(kind);
    const written = (value: number | null): string => decimal(value === null ? null : ofDifference(value), 2);
    const squared = (value: number | null): string => decimal(value === null ? null : value * ofDifference(1) ** 2, 2);
    byId(`scores-rows-${key}`).replaceChildren(
      ...rows.map(({ model, mse, mae, rmse, bias, crps, skill }, index) =>
        element(
          'tr',
          { class: roleOf(model, index) },
          element('th', { scope: 'row' }, element('i', { 'aria-hidden': 'true' }), model.name),
          ...[squared(mse), written(mae), written(rmse), written(bias), written(crps)].map((cell) =>
            element('td', {}, cell),
          ),
          // Persistence against itself says nothing.
          element('td', { class: 'skill-cell' }, model.id === 'persistence' ? '' : percent(skill)),
        ),
      ),
    );
  }

  function showByLead({ rows }: VariableSkill): void {
    const { ofDifference } = unit(kind);
    byLead.show(
      rows.map(({ model, byLead: points }, index) => ({
        role: roleOf(model, index),
        label: model.name,
        points: [
          { x: 0, y: null },
          ...points.map(({ lead, mae }) => ({ x: lead, y: mae === null ? null : ofDifference(mae) })),
        ],
      })),
      readTheme(),
    );
    byId(`by-lead-${key}`).setAttribute('aria-label', `${text().byLeadOf(nameOf(kind))}. ${leadSummary(rows, kind)}`);
  }

  function showWeeks({ periods }: SkillData, models: readonly RunModel[]): void {
    const { ofDifference, label } = unit(kind);
    const lines = models.map((model, index) => ({
      role: roleOf(model, index),
      label: model.name,
      dots: 2.5,
      points: periods.map(({ from, to, verification }) => {
        const scores = verification.models.find((candidate) => candidate.model === model.id);
        const mae = scores?.variables[variable]?.mae ?? null;
        return { x: (from + to) / 2 / HOUR, y: mae === null ? null : ofDifference(mae) };
      }),
    }));
    weeks.show(lines, readTheme());
    const own = lines[0].points.map(({ y }) => decimal(y, 2)).join(', ');
    byId(`weeks-${key}`).setAttribute('aria-label', `${text().weeksOf(nameOf(kind))}: ${own} ${label}`);
  }

  return {
    show(data, models) {
      const skill = variableSkill(data.verification, variable, models);
      byId(`scores-${key}`).hidden = !skill;
      if (!skill) return;
      const { label } = unit(kind);
      setText(byId(`scores-unit-${key}`), label);
      for (const caption of byId(`scores-${key}`).querySelectorAll('.chart-unit')) setText(caption, label);
      showTable(skill);
      showByLead(skill);
      showWeeks(data, models);
      fillReliability(byId(`reliability-${key}`), skill);
    },
  };
}

export function nameOf(kind: QuantityKind): string {
  return kind === 'temperature' ? text().temperature : text().windSpeed;
}

function leadSummary(rows: VariableSkill['rows'], kind: QuantityKind): string {
  const { ofDifference, label } = unit(kind);
  return rows
    .flatMap(({ model, byLead }) => {
      const [first, last] = [byLead[0], byLead[byLead.length - 1]];
      if (!first) return [];
      const written = (mae: number | null): string => `${decimal(mae === null ? null : ofDifference(mae), 2)} ${label}`;
      return [text().leadSummary(model.name, written(first.mae), first.lead, written(last.mae), last.lead)];
    })
    .join(' ');
}

/** A bar a band: how much it promises (the mark), how much it held (the fill). */
function fillReliability(list: HTMLElement, { reliability }: VariableSkill): void {
  if (reliability.length === 0) {
    list.replaceChildren(element('li', { class: 'muted' }, text().reliabilityEmpty));
    return;
  }
  list.replaceChildren(
    ...reliability.map(({ promised, held }) => {
      const band = promised === 0.8 ? text().band80 : text().band50;
      const bar = element('span', { class: 'held', 'aria-hidden': 'true' }, element('i'), element('b'));
      bar.style.setProperty('--held', String(held));
      bar.style.setProperty('--promised', String(promised));
      return element('li', {}, bar, element('span', {}, text().reliabilityLine(band, share(held))));
    }),
  );
}
