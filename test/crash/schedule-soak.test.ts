/** A leap year of hourly slots in simulated time. */
import { describe, expect, it } from 'vitest';
import { POLICIES } from '../../jobs/schedule/policies.ts';
import { expectEachOnce, HOUR, MINUTE, outcomes, Simulation } from '../jobs/simulation.ts';

const all = Object.values(POLICIES);

describe('the plan', () => {
  it('soaks through a leap year of hours, with a day lost and a clock put back', () => {
    const start = Date.UTC(2024, 0, 1);
    const end = Date.UTC(2025, 0, 1);
    const simulation = new Simulation(all, start);
    simulation.behave = ({ slot, attempt }) => ({ ms: 2 * MINUTE, fails: slot % 50 === 7 && attempt === 1 });
    const upsets = new Map([
      [Date.UTC(2024, 2, 31, 1), () => simulation.jump(-2 * HOUR)],
      [Date.UTC(2024, 5, 15, 4), () => simulation.jump(24 * HOUR)],
      [Date.UTC(2024, 7, 1, 9), () => simulation.jump(-24 * HOUR)],
      [Date.UTC(2024, 9, 27, 2), () => simulation.kill()],
      [Date.UTC(2024, 10, 2, 2), () => simulation.restart()],
    ]);
    while (simulation.now < end) {
      simulation.step(5 * MINUTE);
      const upset = upsets.get(simulation.now);
      upsets.delete(simulation.now);
      upset?.();
    }
    for (const policy of all) expectEachOnce(simulation, policy, start, end - HOUR);
    const forecasts = outcomes(simulation.records, 'forecast');
    const skipped = [...forecasts.values()].filter((outcome) => outcome.skipped === 1).length;
    expect(forecasts.has('2024-02-29T12:00Z')).toBe(true);
    // Six days down and the hour that died with the process, less the newest and the 24 before it, which are made up.
    expect(skipped).toBe(6 * 24 + 1 - 25);
    expect(forecasts.size).toBe(366 * 24);
  });
});
