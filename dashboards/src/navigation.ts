/** Keeps the address in step with the view: a chosen place or page is a step in the history, everything else replaces the last one. */
import type { Store } from './state.ts';
import { formatView, parseView, type ViewState } from './view-state.ts';

export interface Navigation {
  /** Makes a place or a page part of the link, and of the history. */
  go(step: Partial<Pick<ViewState, 'station' | 'page'>>): void;
}

/** Milliseconds of rest after which the address follows: browsers refuse addresses that change as often as a slider is moved. */
const SETTLED = 250;

/** @param onStation is told the station of each address that the person comes to by link, back or forward. */
export function createNavigation(store: Store, onStation: (station: string | undefined) => void): Navigation {
  let settling: number | undefined;

  const write = (how: 'pushState' | 'replaceState'): void => {
    clearTimeout(settling);
    settling = undefined;
    const hash = formatView(store.state.view);
    if (hash !== location.hash) history[how](null, '', `${location.pathname}${location.search}${hash}`);
  };

  function read(): void {
    const view = parseView(location.hash);
    const moved = view.station !== store.state.view.station;
    store.update({ view, playing: false });
    if (moved) onStation(view.station);
  }
  addEventListener('popstate', read);
  addEventListener('hashchange', read);

  store.subscribe((state, before) => {
    // While playing, it is the hour where the playing stops that is written.
    if (!before || state.playing || (state.view === before.view && !before.playing)) return;
    clearTimeout(settling);
    settling = window.setTimeout(write, SETTLED, 'replaceState');
  });

  return {
    go(step) {
      // What the person leaves is what the back button comes back to.
      if (settling !== undefined) write('replaceState');
      store.update({ view: { ...store.state.view, ...step } });
      write('pushState');
    },
  };
}
