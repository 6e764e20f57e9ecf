/**
 * When the service is asked for its status: one question at a time, again after a while, at once where something happened,
 * and never for a page that nobody looks at. Pure: the poller does what this says.
 */

export interface AskState {
  /** A question is under way. */
  readonly asking: boolean;
  /** Something happened meanwhile: the answer to come may not know of it. */
  readonly again: boolean;
  readonly hidden: boolean;
}

export type AskEvent =
  /** The time that was waited for has come, an event of the service arrived, or the page was just opened. */
  | { kind: 'due' }
  /** The question was answered, or failed; `delay`: milliseconds until the next one, by how the service is. */
  | { kind: 'over'; delay: number }
  | { kind: 'hidden' }
  | { kind: 'shown' };

/** What the poller is to do now; `wait`: nothing for so many milliseconds, then tell of it as `due`. */
export type Ask = { kind: 'ask' } | { kind: 'wait'; delay: number } | { kind: 'nothing' };

export const NOT_ASKING: AskState = { asking: false, again: false, hidden: false };
const NOTHING: Ask = { kind: 'nothing' };

export function nextAsk(state: AskState, event: AskEvent): [AskState, Ask] {
  switch (event.kind) {
    case 'due':
      if (state.asking) return [{ ...state, again: true }, NOTHING];
      return [{ ...state, asking: true, again: false }, { kind: 'ask' }];
    case 'over': {
      const rest = { ...state, asking: false, again: false };
      if (state.hidden) return [rest, NOTHING];
      return [rest, { kind: 'wait', delay: state.again ? 0 : event.delay }];
    }
    case 'hidden':
      return [{ ...state, hidden: true }, NOTHING];
    case 'shown':
      return nextAsk({ ...state, hidden: false }, { kind: 'due' });
  }
}
