import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JobPolicy, nextSlotAt, plan } from '../../../jobs/schedule/plan.ts';
import { POLICIES } from '../../../jobs/schedule/policies.ts';
import { SlotStates } from '../../../jobs/schedule/slot-states.ts';
import { parseHour } from '../../../src/domain/time.ts';
import { expectEachOnce, HOUR, MINUTE, outcomes, Simulation } from '../simulation.ts';

const { ingest, forecast, verify, retain } = POLICIES;
/** All but the training, which has a slot a week. */
const hourly: JobPolicy[] = [ingest, forecast, verify, retain];
const all: JobPolicy[] = Object.values(POLICIES);
const START = Date.UTC(2024, 1, 1, 0, 0);

describe('the plan', () => {
  it('begins with the current slot, and knows no past', () => {
    const states = new SlotStates();
    const now = START + 20 * MINUTE;
    const planned = plan({ policies: [POLICIES.forecast], states, now, wall: now, isHeld: () => false });
    expect(planned).toEqual({
      begins: [{ job: 'forecast', slot: START / HOUR, every: 1 }],
      skips: [],
      deaths: [],
      due: [{ job: 'forecast', slot: START / HOUR, attempt: 1, note: null }],
    });
    expect(nextSlotAt(POLICIES.forecast, now)).toBe(START + HOUR);
  });

  it('waits with a job for one that waits itself, also late in the hour', () => {
    const simulation = new Simulation(hourly, START + 45 * MINUTE);
    simulation.behave = () => ({ ms: MINUTE, fails: false });
    for (let minute = 0; minute < 10; minute++) simulation.step(MINUTE);
    expect(simulation.attempts.map(({ job, note }) => [job, note])).toEqual([
      ['ingest', null],
      ['forecast', null],
      ['verify', null],
      ['retain', null],
    ]);
  });

  it('counts the slots of a weekly job from Thursdays, as 1970 did', () => {
    const weekly = { ...POLICIES.forecast, everyHours: 168, after: [] };
    const { due } = plan({
      policies: [weekly],
      states: new SlotStates(),
      now: Date.UTC(2024, 1, 6, 12),
      wall: 0,
      isHeld: () => false,
    });
    expect(due[0].slot).toBe(parseHour('2024-02-01T00'));
  });

  it('takes the slot of a dead process over, as often as there are attempts', () => {
    const simulation = new Simulation([{ ...POLICIES.forecast, after: [] }], START);
    simulation.behave = () => ({ ms: HOUR / 2, fails: false });
    for (let life = 0; life < 4; life++) {
      simulation.look();
      simulation.kill();
      simulation.restart();
    }
    simulation.look();
    expect(simulation.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(outcomes(simulation.records, 'forecast').get('2024-02-01T00:00Z')).toEqual({ done: 0, dead: 1, skipped: 0 });
  });

  it('has no memory of time zones: the same slots through a night of March and one of October', () => {
    for (const night of [Date.UTC(2024, 2, 31), Date.UTC(2024, 9, 27)]) {
      const simulation = new Simulation(hourly, night - 6 * HOUR);
      for (let minute = 0; minute < 12 * 60; minute++) simulation.step(MINUTE);
      for (const policy of hourly) expectEachOnce(simulation, policy, night - 6 * HOUR, night + 5 * HOUR);
      expect(simulation.attempts).toHaveLength(4 * 13);
    }
  });

  it('settles each due slot once, through downtimes, clock jumps of a day, and jobs that are slow, fail or die', () => {
    const event = fc.record({
      /** Hours until it happens, and what. */
      after: fc.integer({ min: 1, max: 60 }),
      what: fc.constantFrom('down', 'forward', 'back', 'kill'),
      hours: fc.integer({ min: 1, max: 24 }),
    });
    const property = fc.property(
      fc.array(event, { minLength: 3, maxLength: 12 }),
      fc.infiniteStream(fc.nat(99)),
      (events, luck) => {
        const simulation = new Simulation(all, START);
        simulation.behave = () => {
          const draw = luck.next().value as number;
          return { ms: draw < 80 ? 2 * MINUTE : (draw - 78) * 15 * MINUTE, fails: draw % 9 === 0 };
        };
        let latest = simulation.now;
        const live = (hours: number) => {
          for (let step = 0; step < hours * 4; step++) {
            simulation.step(15 * MINUTE);
            latest = Math.max(latest, simulation.now);
          }
        };
        for (const { after, what, hours } of events) {
          live(after);
          if (what === 'kill' || what === 'down') simulation.kill();
          if (what === 'down') simulation.now += hours * 10 * HOUR;
          if (what === 'forward') simulation.jump(hours * HOUR);
          if (what === 'back') simulation.jump(-hours * HOUR);
          if (!simulation.isUp) simulation.restart();
          latest = Math.max(latest, simulation.now);
        }
        simulation.behave = () => ({ ms: 0, fails: false });
        live(30 + Math.ceil((latest - simulation.now) / HOUR));
        const end = Math.floor(latest / HOUR) * HOUR;
        for (const policy of all) expectEachOnce(simulation, policy, START, end);
        // What was begun had come: no slot of the future.
        for (const { slot, attempt, began } of simulation.attempts) {
          if (attempt === 1) expect(slot * HOUR).toBeLessThanOrEqual(began);
        }
      },
    );
    fc.assert(property, { numRuns: 12, seed: 20240201 });
  });
});
