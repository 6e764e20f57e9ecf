/** The lead-hour slider under the map: which hour after the run is on show, and playing through them. */
import { byId, element, setText } from '../dom.ts';
import {
  clockLabel,
  dayLabel,
  HOUR,
  instantLabel,
  onTheWall,
  parseInstant,
  weekdayLabel,
  zoneLabel,
} from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { Store } from '../state.ts';
import { prefersStillness } from '../theme.ts';

/** Milliseconds for which an hour is shown while playing. */
const STEP = 650;
const CALM_STEP = 1500;

export function createTimeline(store: Store): void {
  const slider = byId<HTMLInputElement>('lead');
  const play = byId<HTMLButtonElement>('play');
  const ticks = byId('lead-ticks');
  let timer = 0;

  const setLead = (lead: number): void => store.update({ view: { ...store.state.view, lead } });
  const leadHours = (): number => store.state.data?.run.lead_hours ?? Number(slider.max);

  slider.addEventListener('input', () => {
    store.update({ playing: false });
    setLead(Number(slider.value));
  });
  play.addEventListener('click', () => store.update({ playing: !store.state.playing }));

  function advance(): void {
    setLead((store.state.view.lead % leadHours()) + 1);
    timer = window.setTimeout(advance, prefersStillness() ? CALM_STEP : STEP);
  }

  store.subscribe((state, before) => {
    if (state.playing !== (before?.playing ?? false)) {
      window.clearTimeout(timer);
      if (state.playing) timer = window.setTimeout(advance, STEP / 2);
    }
    play.setAttribute('aria-label', state.playing ? text().pause : text().play);
    play.classList.toggle('playing', state.playing);

    const enabled = state.data !== undefined;
    play.disabled = !enabled;
    slider.disabled = !enabled;
    slider.max = String(leadHours());
    const lead = Math.min(state.view.lead, leadHours());
    slider.value = String(lead);
    slider.style.setProperty('--share', share(lead, leadHours()));
    if (!state.data) return;
    const init = parseInstant(state.data.run.init);
    const valid = init + lead * HOUR;
    slider.setAttribute('aria-valuetext', text().leadSpoken(lead, instantLabel(valid)));
    setText(byId('valid-day'), dayLabel(valid));
    setText(byId('valid-clock'), `${clockLabel(valid)} ${zoneLabel(valid)}`);
    setText(byId('valid-lead'), `+${lead} h`);
    if (state.data.run !== before?.data?.run || state.preferences !== before.preferences)
      fillTicks(ticks, init, state.data.run.lead_hours);
  });
}

/** How far along the slider an hour lies, 0..1. */
function share(lead: number, leadHours: number): string {
  return String((lead - 1) / Math.max(1, leadHours - 1));
}

/** The hours of the clock under the slider: each third hour, days at midnight. */
function fillTicks(ticks: HTMLElement, init: number, leadHours: number): void {
  const marks: HTMLElement[] = [];
  for (let lead = 1; lead <= leadHours; lead++) {
    const time = init + lead * HOUR;
    const hour = onTheWall(time).getUTCHours();
    if (hour % 3 !== 0) continue;
    const kind = hour === 0 ? 'day' : hour % 6 === 0 ? 'major' : 'minor';
    const mark = element('span', { class: kind }, hour === 0 ? weekdayLabel(time) : clockLabel(time).slice(0, 2));
    mark.style.setProperty('--share', share(lead, leadHours));
    marks.push(mark);
  }
  ticks.replaceChildren(...marks);
}
