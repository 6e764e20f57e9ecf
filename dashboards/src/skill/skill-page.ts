/** The page of the scores: by lead hour, by week, the bands held to their promise, by station, and the models' cards. */
import { type Api, ApiError } from '../api/client.ts';
import type { RunModel } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { State, Store } from '../state.ts';
import { onThemeChange } from '../theme.ts';
import { SCORE_DAYS } from '../view-state.ts';
import { createJudgedSection } from './judged-section.ts';
import { createModelCards } from './model-cards.ts';
import { createScoresSection, SCORED_VARIABLES } from './scores-section.ts';
import { requestSkill, type SkillData } from './skill-data.ts';
import { spanLabel } from './skill-panel.ts';

export function createSkillPage(store: Store, api: Api, chooseStation: (id: string) => void): void {
  const page = byId('page-skill');
  const sections = SCORED_VARIABLES.map(createScoresSection);
  const judged = createJudgedSection(api, chooseStation);
  const cards = createModelCards(byId('model-cards'));
  let shown: { data: SkillData; models: readonly RunModel[] } | undefined;
  let asked = '';
  let judgedRun = '';

  for (const days of SCORE_DAYS) {
    const input = element('input', { type: 'radio', name: 'score-days', id: `score-days-${days}` });
    input.addEventListener('change', () => store.update({ view: { ...store.state.view, days } }));
    byId('score-days').append(element('label', {}, input, element('span')));
  }

  /** Once a run, a span and a look at the page. */
  async function load(state: State): Promise<void> {
    const { data, status, stations, view } = state;
    if (!data || !status || view.page !== 'skill') return;
    const wanted = `${data.run.init} ${view.days}`;
    if (wanted === asked) return;
    asked = wanted;
    page.setAttribute('aria-busy', 'true');
    try {
      const { dataset } = data.values;
      const loaded = await requestSkill(api, dataset, parseInstant(status.now), view.days);
      if (wanted !== asked) return;
      shown = { data: loaded, models: data.run.models };
      setText(byId('skill-page-message'), '');
      draw();
      // What the service has to read many runs for comes when the rest is there, and only when there is another run.
      if (judgedRun !== data.run.init && loaded.verification.models.length > 0) {
        judgedRun = data.run.init;
        await judged.load(dataset, stations, data.run.models[0]);
        if (wanted === asked) draw();
      }
    } catch (error) {
      [asked, judgedRun] = ['', ''];
      setText(byId('skill-page-message'), error instanceof ApiError ? error.message : text().loadFailed);
    }
    if (wanted === asked || asked === '') page.removeAttribute('aria-busy');
  }

  function draw(): void {
    if (!shown || store.state.view.page !== 'skill') return;
    const { data, models } = shown;
    const any = data.verification.models.length > 0;
    byId('skill-page-empty').hidden = any;
    byId('skill-page-body').hidden = !any;
    setText(byId('skill-page-span'), any ? spanLabel(data.verification) : '');
    cards.show(data.models, data.training);
    if (!any) return;
    for (const section of sections) section.show(data, models);
    judged.draw();
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
