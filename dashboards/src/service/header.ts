/** The page's header and banner: which view, whose clock, which run, how old, and whether the service is well. */
import { byId, setText } from '../dom.ts';
import { MISSING } from '../format/quantity.ts';
import { fullInstantLabel, instantLabel, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { Store } from '../state.ts';
import { PAGES, type ViewState } from '../view-state.ts';
import { bannerText, clockTime, datasetLabel, runAgeLabel, sourceLabel } from './labels.ts';

export function createHeader(store: Store, goTo: (page: ViewState['page']) => void): void {
  const live = byId<HTMLButtonElement>('live');
  live.addEventListener('click', () => store.update({ live: !store.state.live }));
  for (const page of PAGES) {
    byId(`go-${page}`).addEventListener('click', (event) => {
      event.preventDefault();
      goTo(page);
    });
  }
  byId('service').addEventListener('click', () => goTo('service'));

  store.subscribe((state) => {
    const { connection, status, data, view } = state;
    for (const page of PAGES) {
      if (page === view.page) byId(`go-${page}`).setAttribute('aria-current', 'page');
      else byId(`go-${page}`).removeAttribute('aria-current');
    }
    if (status) {
      setText(byId('clock'), fullInstantLabel(clockTime(status)));
      setText(byId('source'), sourceLabel(status));
      byId('source').classList.toggle('replay', status.clock.kind === 'replay');
    }
    setText(byId('run'), data ? instantLabel(parseInstant(data.run.init)) : MISSING);
    setText(byId('run-age'), data && status ? runAgeLabel(status, data.run.init) : '');

    live.setAttribute('aria-pressed', String(state.live));
    setText(byId('live-label'), state.live ? text().live : text().paused);
    live.title = state.live ? text().liveHint : text().pausedHint;

    setText(byId('readiness'), text()[connection.kind]);
    document.documentElement.dataset.connection = connection.kind;
    const clock = (time: number): string => new Date(time).toLocaleTimeString('en-GB');
    const banner = bannerText(connection, data !== undefined, clock, state.storedAt);
    setText(byId('banner'), banner ?? '');
    byId('banner').hidden = banner === undefined;

    const waiting = data === undefined && connection.kind !== 'gone';
    byId('waiting').hidden = !waiting;
    if (waiting) {
      const title = status ? text().preparingTitle(datasetLabel(status.dataset)) : text().connectingTitle;
      setText(byId('waiting-title'), title);
      setText(byId('waiting-reason'), connection.kind === 'preparing' ? connection.reason : '');
    }
  });
}
