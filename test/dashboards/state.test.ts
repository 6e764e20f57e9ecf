import { describe, expect, it } from 'vitest';
import { createStore, type State } from '../../dashboards/src/state.ts';

const initial = { playing: false, live: true } as State;

describe('the state of the page', () => {
  it('tells its listeners once of many changes, with what they saw last', () => {
    const queue: (() => void)[] = [];
    const store = createStore(initial, (run) => queue.push(run));
    const heard: [boolean, boolean | undefined][] = [];
    store.subscribe((state, before) => heard.push([state.playing, before?.playing]));
    queue.shift()?.();
    store.update({ playing: true });
    store.update({ live: false });
    expect(queue).toHaveLength(1);
    queue.shift()?.();
    expect(heard).toEqual([
      [false, undefined],
      [true, false],
    ]);
    expect(store.state).toEqual({ playing: true, live: false });
  });

  it('lets a listener change it, and comes back to all of them', async () => {
    const store = createStore(initial);
    const heard: string[] = [];
    store.subscribe((state) => {
      heard.push(`a${state.playing}`);
      if (!state.playing) store.update({ playing: true });
    });
    store.subscribe((state) => heard.push(`b${state.playing}`));
    await new Promise((resolve) => setTimeout(resolve));
    expect(heard).toEqual(['afalse', 'btrue', 'atrue']);
  });
});
