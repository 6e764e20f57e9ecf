/** Everything that the page knows, in one place; views are functions of it and are called when it changes. */
import type { Run, RunValues, Station, Status, Verification } from './api/contracts.ts';
import type { Connection } from './live/connection.ts';
import type { PlaceForecast } from './place/place-forecast.ts';
import type { Preferences } from './preferences/preferences.ts';
import type { ViewState } from './view-state.ts';

/** A run and all that belongs to it, changed in one step so that map, chart and scores move together. */
export interface RunData {
  run: Run;
  values: RunValues;
  /** Null where nothing could be verified yet. */
  verification: Verification | null;
}

export type PlaceState =
  | { kind: 'none' }
  | { kind: 'loading'; station: string; previous: PlaceForecast | undefined }
  | { kind: 'shown'; forecast: PlaceForecast }
  /** `passing`: it may well succeed another time. */
  | { kind: 'failed'; station: string; message: string; hint: string; passing: boolean };

export interface State {
  view: ViewState;
  connection: Connection;
  status: Status | undefined;
  /** In the order of the API; empty until known. */
  stations: readonly Station[];
  data: RunData | undefined;
  place: PlaceState;
  /** False: new runs are told of but not shown, until the person asks for them again. */
  live: boolean;
  playing: boolean;
  preferences: Preferences;
  /** When what is on show was stored, ms of the browser's clock, while it comes from the store and not from the service. */
  storedAt: number | undefined;
}

export interface Store {
  readonly state: State;
  /** Changes some fields; listeners hear of it once, before the next frame is drawn. */
  update(change: Partial<State>): void;
  /** Calls back with the new and the last seen state. */
  subscribe(listener: (state: State, before: State | undefined) => void): void;
}

/** @param schedule runs a function soon, once for many changes (`requestAnimationFrame` would sleep in a hidden tab). */
export function createStore(initial: State, schedule: (run: () => void) => void = queueMicrotask): Store {
  const listeners: { call: (state: State, before: State | undefined) => void; seen: State | undefined }[] = [];
  let state = initial;
  let scheduled = false;

  function flush(): void {
    scheduled = false;
    for (const listener of listeners) {
      if (listener.seen === state) continue;
      const before = listener.seen;
      listener.seen = state;
      listener.call(state, before);
    }
  }
  function later(): void {
    if (!scheduled) {
      scheduled = true;
      schedule(flush);
    }
  }

  return {
    get state() {
      return state;
    },
    update(change) {
      state = { ...state, ...change };
      later();
    },
    subscribe(call) {
      listeners.push({ call, seen: undefined });
      later();
    },
  };
}
