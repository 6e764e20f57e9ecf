/** Keeps the address in step with the view: a chosen place or page is a step in the history, everything else replaces the last one. */
import type { Store } from './state.ts';
import { formatView, parseView, type ViewState } from './view-state.ts';

export interface Navigation {
  /** Makes a place or a page part of the link, and of the history. */
  go(step: Partial<Pick<ViewState, 'station' | 'page'>>): void;
}

/** @param onStation is told the station of each address that the person comes to by link, back or forward. */
export function createNavigation(store: Store, onStation: (station: string | undefined) => void): Navigation {
  const write = (how: 'pushState' | 'replaceState'): void => {
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
    // While playing the lead changes too often for an address; it is written when the playing stops.
    if (before && !state.playing && (state.view !== before.view || before.playing)) write('replaceState');
  });

  return {
    go(step) {
      store.update({ view: { ...store.state.view, ...step } });
      write('pushState');
    },
  };
}
