/** 'How good has it been', in a line under the map: the model's skill against persistence and climatology. */
import type { Verification } from '../api/contracts.ts';
import { byId, setText } from '../dom.ts';
import { percent } from '../format/quantity.ts';
import { clockLabel, dayLabel, parseInstant, zoneLabel } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { RunData, Store } from '../state.ts';
import { type VariableSkill, variableSkill } from './skill-rows.ts';

const VARIABLES = [
  ['temperature', 'temperature_2m'],
  ['wind', 'wind_speed_10m'],
] as const;

export function createSkillPanel(store: Store): void {
  function show({ verification, run }: RunData): void {
    const skills = VARIABLES.map(([, variable]) => verification && variableSkill(verification, variable, run.models));
    const any = skills.some((skill) => skill);
    byId('skill-body').hidden = !any;
    byId('skill-empty').hidden = any;
    setText(byId('skill-span'), any && verification ? spanLabel(verification) : '');
    skills.forEach((skill, index) => {
      const [key] = VARIABLES[index];
      byId(`skill-${key}`).hidden = !skill;
      if (skill) showHeadline(key, skill);
    });
  }

  store.subscribe((state, before) => {
    const changed = state.data !== before?.data || state.preferences !== before?.preferences;
    if (state.data && changed) show(state.data);
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
    setText(byId(`skill-${key}-against-${reference}`), text().skillAgainst(text()[reference]));
  }
}

export function spanLabel({ runs, first, last }: Verification): string {
  if (first === null || last === null) return text().runsCount(runs);
  const [from, to] = [parseInstant(first), parseInstant(last)];
  const written = (time: number): string => `${dayLabel(time)} ${clockLabel(time)}`;
  return text().runsFromTo(
    runs,
    from === to ? `${written(to)} ${zoneLabel(to)}` : written(from),
    `${written(to)} ${zoneLabel(to)}`,
  );
}
