import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ask, type AskEvent, NOT_ASKING, nextAsk } from '../../dashboards/src/live/next-ask.ts';

function askAfter(...events: AskEvent[]): Ask {
  let state = NOT_ASKING;
  let ask: Ask = { kind: 'nothing' };
  for (const event of events) [state, ask] = nextAsk(state, event);
  return ask;
}

describe('when the page asks the service', () => {
  it('at once when it is opened, and again after the delay', () => {
    expect(askAfter({ kind: 'due' })).toEqual({ kind: 'ask' });
    expect(askAfter({ kind: 'due' }, { kind: 'over', delay: 5000 })).toEqual({ kind: 'wait', delay: 5000 });
  });

  it('at once after an answer that may not know of what happened while it was under way', () => {
    expect(askAfter({ kind: 'due' }, { kind: 'due' })).toEqual({ kind: 'nothing' });
    expect(askAfter({ kind: 'due' }, { kind: 'due' }, { kind: 'over', delay: 5000 })).toEqual({
      kind: 'wait',
      delay: 0,
    });
  });

  it('not for a hidden page, and at once when somebody looks at it again', () => {
    expect(askAfter({ kind: 'due' }, { kind: 'hidden' }, { kind: 'over', delay: 5000 })).toEqual({ kind: 'nothing' });
    expect(askAfter({ kind: 'hidden' }, { kind: 'shown' })).toEqual({ kind: 'ask' });
  });

  it('one question at a time, and never for ever silent while it is shown, whatever happens', () => {
    const happening = fc.array(fc.constantFrom('due', 'answer', 'hidden', 'shown'), { maxLength: 40 });
    fc.assert(
      fc.property(happening, (names) => {
        let state = NOT_ASKING;
        let underWay = 0;
        let waits = false;
        const happen = (event: AskEvent): void => {
          const [next, ask] = nextAsk(state, event);
          state = next;
          if (event.kind === 'hidden') waits = false;
          if (ask.kind === 'wait') waits = true;
          if (ask.kind !== 'ask') return;
          waits = false;
          underWay++;
          expect(underWay).toBe(1);
        };
        happen({ kind: 'due' });
        for (const name of names) {
          if (name !== 'answer') happen({ kind: name } as AskEvent);
          else if (underWay > 0) {
            underWay--;
            happen({ kind: 'over', delay: 1000 });
          }
        }
        if (!state.hidden) expect(underWay === 1 || waits).toBe(true);
      }),
    );
  });
});
