/** The page of the scores: by lead hour, by week, by station, the bands held to their promise, and the models' cards. */
import { type Api, ProblemError } from '../api/client.ts';
import type { RunModel, Station } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { decimal, share } from '../format/quantity.ts';
import { instantLabel, parseInstant, shortDayLabel } from '../format/time.ts';
import { type QuantityKind, unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';
import { roleOf } from '../line-styles.ts';
import type { State, Store } from '../state.ts';
import { onThemeChange, readTheme } from '../theme.ts';
import { SCORE_DAYS } from '../view-state.ts';
import { drawErrorMap } from './error-map.ts';
import { createLineChart } from './line-chart.ts';
import { modelCards } from './model-cards.ts';
import { requestSkill, type SkillData } from './skill-data.ts';
import { spanLabel } from './skill-panel.ts';
import { type VariableSkill, variableSkill } from './skill-rows.ts';
import type { StationError } from './station-errors.ts';

const VARIABLES = [
  ['temperature', 'temperature_2m', 'temperature'],
  ['wind', 'wind_speed_10m', 'speed'],
] as const;
const WORST = 8;

export function createSkillPage(store: Store, api: Api, chooseStation: (id: string) => void): void {
  const page = byId('page-skill');
  const charts = VARIABLES.map(([key]) => ({
    lead: createLineChart(byId<HTMLCanvasElement>(`by-lead-${key}`), {
      xLabel: (lead) => (lead === 0 ? '0 h' : `+${lead}`),
      xStep: 6,
    }),
    weeks: createLineChart(byId<HTMLCanvasElement>(`weeks-${key}`), {
      xLabel: shortDayLabel,
      xStep: 24 * 3_600_000,
      dots: true,
    }),
  }));
  let shown: { data: SkillData; models: readonly RunModel[] } | undefined;
  let asked = '';

  for (const days of SCORE_DAYS) {
    const input = element('input', { type: 'radio', name: 'score-days', id: `score-days-${days}` });
    input.addEventListener('change', () => store.update({ view: { ...store.state.view, days } }));
    byId('score-days').append(element('label', {}, input, element('span')));
  }

  /** Once a run, a span and a look at the page. */
  async function load(state: State): Promise<void> {
    const { data, status, view } = state;
    if (!data || !status || view.page !== 'skill') return;
    const wanted = `${data.run.init} ${view.days}`;
    if (wanted === asked) return;
    asked = wanted;
    page.setAttribute('aria-busy', 'true');
    try {
      const loaded = await requestSkill(api, data.values.dataset, parseInstant(status.now), view.days);
      if (wanted !== asked) return;
      shown = { data: loaded, models: data.run.models };
      setText(byId('skill-page-message'), '');
      draw();
    } catch (error) {
      asked = '';
      setText(byId('skill-page-message'), error instanceof ProblemError ? error.message : text().loadFailed);
    }
    page.removeAttribute('aria-busy');
  }

  function draw(): void {
    if (!shown || store.state.view.page !== 'skill') return;
    const { data, models } = shown;
    const any = data.verification.models.length > 0;
    byId('skill-page-empty').hidden = any;
    byId('skill-page-body').hidden = !any;
    setText(byId('skill-page-span'), any ? spanLabel(data.verification) : '');
    byId('model-cards').replaceChildren(...modelCards(data.models));
    if (!any) return;
    const stations = new Map(store.state.stations.map((station) => [station.id, station]));
    VARIABLES.forEach(([key, variable, kind], index) => {
      const skill = variableSkill(data.verification, variable, models);
      byId(`scores-${key}`).hidden = !skill;
      if (!skill) return;
      drawScores(key, kind, skill, charts[index].lead);
      drawWeeks(kind, variable, models, data, charts[index].weeks, byId(`weeks-${key}`));
      drawReliability(byId(`reliability-${key}`), skill);
      drawStations(key, kind, data.judged?.errors[variable] ?? [], stations);
    });
    byId('judged').hidden = data.judged === undefined;
    byId('judged-empty').hidden = data.judged !== undefined;
    setText(byId('judged-run'), data.judged ? instantLabel(parseInstant(data.judged.values.init)) : '');
  }

  function drawScores(
    key: string,
    kind: QuantityKind,
    skill: VariableSkill,
    chart: ReturnType<typeof createLineChart>,
  ): void {
    const { ofDifference } = unit(kind);
    const written = (value: number | null): string => decimal(value === null ? null : ofDifference(value), 2);
    const squared = (value: number | null): string => decimal(value === null ? null : value * ofDifference(1) ** 2, 2);
    setText(byId(`scores-unit-${key}`), unit(kind).label);
    byId(`scores-rows-${key}`).replaceChildren(
      ...skill.rows.map(({ model, mse, mae, rmse, bias, crps }, index) =>
        element(
          'tr',
          { class: roleOf(model, index) },
          element('th', { scope: 'row' }, element('i', { 'aria-hidden': 'true' }), model.name),
          ...[squared(mse), written(mae), written(rmse), written(bias), written(crps)].map((cell) =>
            element('td', {}, cell),
          ),
        ),
      ),
    );
    chart.show(
      skill.rows.map(({ model, byLead }, index) => ({
        role: roleOf(model, index),
        label: model.name,
        points: [
          { x: 0, y: null },
          ...byLead.map(({ lead, mae }) => ({ x: lead, y: mae === null ? null : ofDifference(mae) })),
        ],
      })),
      readTheme(),
    );
    byId(`by-lead-${key}`).setAttribute('aria-label', `${text().byLeadOf(nameOf(kind))}. ${leadSummary(skill, kind)}`);
  }

  function drawWeeks(
    kind: QuantityKind,
    variable: string,
    models: readonly RunModel[],
    { periods }: SkillData,
    chart: ReturnType<typeof createLineChart>,
    canvas: HTMLElement,
  ): void {
    const { ofDifference } = unit(kind);
    const lines = models.map((model, index) => ({
      role: roleOf(model, index),
      label: model.name,
      points: periods.map(({ from, to, verification }) => {
        const mae =
          verification.models.find((candidate) => candidate.model === model.id)?.variables[variable]?.mae ?? null;
        return { x: (from + to) / 2, y: mae === null ? null : ofDifference(mae) };
      }),
    }));
    chart.show(lines, readTheme());
    const own = lines[0].points.map(({ y }) => decimal(y, 2)).join(', ');
    canvas.setAttribute('aria-label', `${text().weeksOf(nameOf(kind))}: ${own} ${unit(kind).label}`);
  }

  function drawStations(
    key: string,
    kind: QuantityKind,
    errors: readonly StationError[],
    stations: ReadonlyMap<string, Station>,
  ): void {
    const { ofDifference, label } = unit(kind);
    const canvas = byId<HTMLCanvasElement>(`error-map-${key}`);
    const { scale, least, most } = drawErrorMap(canvas, errors, stations, readTheme());
    const stops = Array.from({ length: 17 }, (_, index) => scale.colour(least + ((most - least) * index) / 16));
    byId(`error-bar-${key}`).style.backgroundImage = `linear-gradient(to right, ${stops.join(', ')})`;
    setText(byId(`error-least-${key}`), `≤ ${decimal(ofDifference(least))}`);
    setText(byId(`error-most-${key}`), `≥ ${decimal(ofDifference(most))} ${label}`);
    const worst = errors.toSorted((a, b) => b.mae - a.mae).slice(0, WORST);
    byId(`worst-${key}`).replaceChildren(
      ...worst.map(({ id, mae }) => {
        const button = element(
          'button',
          { type: 'button' },
          element('span', {}, stations.get(id)?.name ?? id),
          element('strong', {}, `${decimal(ofDifference(mae))} ${label}`),
        );
        button.addEventListener('click', () => chooseStation(id));
        return element('li', {}, button);
      }),
    );
    const names = worst.map(({ id, mae }) => `${stations.get(id)?.name ?? id} ${decimal(ofDifference(mae))}`);
    canvas.setAttribute('aria-label', `${text().skillMap} ${nameOf(kind)}: ${names.join(', ')} ${label}`);
  }

  function relabel(): void {
    for (const days of SCORE_DAYS) {
      const input = byId<HTMLInputElement>(`score-days-${days}`);
      input.checked = store.state.view.days === days;
      setText(input.nextElementSibling as HTMLElement, text().lastDays(days));
    }
  }

  onThemeChange(draw);
  addEventListener('resize', draw);
  store.subscribe((state, before) => {
    relabel();
    void load(state);
    if (state.preferences !== before?.preferences || state.view.page !== before.view.page) draw();
  });
}

function nameOf(kind: QuantityKind): string {
  return kind === 'temperature' ? text().temperature : text().windSpeed;
}

function leadSummary({ rows }: VariableSkill, kind: QuantityKind): string {
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
function drawReliability(list: HTMLElement, { reliability }: VariableSkill): void {
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
