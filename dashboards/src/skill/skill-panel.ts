/** 'How good has it been': the model's error beside that of persistence and climatology, over the runs already observed. */
import type { RunModel } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { decimal, percent } from '../format/quantity.ts';
import { clockLabel, dayLabel, parseInstant } from '../format/time.ts';
import { roleOf } from '../line-styles.ts';
import type { RunData, Store } from '../state.ts';
import { onThemeChange, readTheme } from '../theme.ts';
import { createLeadChart } from './lead-chart.ts';
import { unitLabel, type VariableSkill, variableSkill } from './skill-rows.ts';

const VARIABLES = [
  ['temperature', 'temperature_2m'],
  ['wind', 'wind_speed_10m'],
] as const;

export function createSkillPanel(store: Store): void {
  const charts = VARIABLES.map(([key]) => createLeadChart(byId<HTMLCanvasElement>(`skill-chart-${key}`)));

  function show(data: RunData): void {
    const { verification, run } = data;
    const skills = VARIABLES.map(([, variable]) => verification && variableSkill(verification, variable, run.models));
    const any = skills.some((skill) => skill);
    byId('skill-body').hidden = !any;
    byId('skill-empty').hidden = any;
    setText(byId('skill-span'), any && verification ? spanLabel(verification) : '');
    skills.forEach((skill, index) => {
      const [key] = VARIABLES[index];
      byId(`skill-${key}`).hidden = !skill;
      if (!skill) return;
      showHeadline(key, skill);
      byId(`skill-rows-${key}`).replaceChildren(
        ...skill.rows.map((row, at) => tableRow(row.model, row.mse, row.mae, at)),
      );
      setText(byId(`skill-unit-${key}`), unitLabel(skill.unit));
      byId(`skill-chart-${key}`).setAttribute(
        'aria-label',
        `Mean absolute error of ${key} by lead hour. ${leadSummary(skill)}`,
      );
      charts[index].show(skill, readTheme());
    });
  }

  store.subscribe((state, before) => {
    if (state.data && state.data !== before?.data) show(state.data);
  });
  onThemeChange(() => {
    if (store.state.data) show(store.state.data);
  });
}

function showHeadline(key: string, { skillPersistence, skillClimatology }: VariableSkill): void {
  for (const [reference, skill] of [
    ['persistence', skillPersistence],
    ['climatology', skillClimatology],
  ] as const) {
    const figure = byId(`skill-${key}-${reference}`);
    setText(figure, percent(skill));
    figure.classList.toggle('worse', skill !== null && skill < 0);
  }
}

function tableRow(model: RunModel, mse: number | null, mae: number | null, index: number): HTMLTableRowElement {
  return element(
    'tr',
    { class: roleOf(model, index) },
    element('th', { scope: 'row' }, element('i', { 'aria-hidden': 'true' }), model.name),
    element('td', {}, decimal(mse, 2)),
    element('td', {}, decimal(mae, 2)),
  );
}

function spanLabel({ runs, first, last }: NonNullable<RunData['verification']>): string {
  const count = `${runs} ${runs === 1 ? 'run' : 'runs'}`;
  if (first === null || last === null) return count;
  const [from, to] = [parseInstant(first), parseInstant(last)];
  if (runs === 1) return `${count}, of ${dayLabel(from)} ${clockLabel(from)} UTC`;
  return `${count}, ${dayLabel(from)} ${clockLabel(from)} to ${dayLabel(to)} ${clockLabel(to)} UTC`;
}

function leadSummary({ rows, unit }: VariableSkill): string {
  return rows
    .map(({ model, byLead }) => {
      const [first, last] = [byLead[0], byLead[byLead.length - 1]];
      if (!first) return model.name;
      return `${model.name}: ${decimal(first.mae, 2)} ${unitLabel(unit)} at plus ${first.lead} h, ${decimal(last.mae, 2)} at plus ${last.lead} h.`;
    })
    .join(' ');
}
