import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAILY } from '../../../models/correction/blend-options.ts';
import { judge, type SimulatedArchive, simulate } from './simulated-archive.ts';

const runs = Number(process.env.KERNELCAST_ARCHIVES ?? 6);
const SEED = 20;
/** Long enough to speak of the long run. */
const DAYS = 1000;

const model = fc.record(
  {
    error: fc.double({ min: 0.3, max: 4, noNaN: true }),
    bias: fc.double({ min: 0, max: 5, noNaN: true }),
  },
  { requiredKeys: ['error', 'bias'] },
);

const archives = fc.record({
  seed: fc.string({ minLength: 1 }),
  stations: fc.integer({ min: 2, max: 8 }),
  models: fc.array(model, { minLength: 2, maxLength: 4 }),
  wind: fc.boolean(),
});

/** The blend beside each model alone, corrected and with a learned spread in the same way, over the days after the first. */
function excess(archive: SimulatedArchive, skip = -1) {
  const days = simulate(archive);
  const options = { ...DAILY, floor: archive.wind ? 0 : Number.NEGATIVE_INFINITY };
  const all = [...archive.models.keys()];
  const settled = { fromDay: Math.floor(archive.days / 2), skip };
  const singles = all.map((one) => judge(days, options, { models: [one], ...settled }));
  // A model that was away for a while is judged on other days: only those that were always there can be the best.
  const most = Math.max(...singles.map(({ pairs }) => pairs));
  const best = Math.min(...singles.filter(({ pairs }) => pairs === most).map(({ crps }) => crps));
  const blend = judge(days, options, { models: all, ...settled });
  return { blend, best, excess: blend.crps / best - 1 };
}

describe('the blend is never harmful: in the long run at most 1 % worse than the best model, and always a forecast', () => {
  const check = (name: string, change: (archive: Omit<SimulatedArchive, 'days'>) => SimulatedArchive, skip = -1) => {
    test(name, () => {
      fc.assert(
        fc.property(archives, (archive) => {
          const { blend, excess: more } = excess(change(archive), skip);
          expect(blend.faults).toEqual([]);
          expect(more).toBeLessThan(0.01);
        }),
        { numRuns: runs, seed: SEED, endOnFailure: true },
      );
    });
  };

  check('over quiet archives', (archive) => ({ ...archive, days: DAYS }));

  check('where a model gets a bias overnight', (archive) => {
    const [first, ...others] = archive.models;
    return { ...archive, days: DAYS, models: [{ ...first, jumpDay: 150, jump: 8 }, ...others] };
  });

  check('where a model vanishes, and where one comes back', (archive) => {
    const [first, second, ...others] = archive.models;
    const models = [{ ...first, goneFrom: 120, goneTo: 200 }, second, ...others];
    return { ...archive, days: DAYS, models };
  });

  check(
    'where a sensor breaks: at all other stations',
    (archive) => ({
      ...archive,
      days: DAYS,
      stations: archive.stations + 7,
      broken: { day: 100, value: 60 },
    }),
    0,
  );
});

test('from the first day on there is a forecast, of archives of one day, and of models that are worth nothing', () => {
  fc.assert(
    fc.property(archives, fc.integer({ min: 1, max: 3 }), (archive, days) => {
      const simulated = simulate({ ...archive, days });
      const options = { ...DAILY, floor: archive.wind ? 0 : Number.NEGATIVE_INFINITY };
      const { faults } = judge(simulated, options, { models: [...archive.models.keys()] });
      expect(faults).toEqual([]);
    }),
    { numRuns: 4 * runs, seed: SEED, endOnFailure: true },
  );
});

test('whatever a sensor says, everything that is said is a number, in order, above the floor', () => {
  fc.assert(
    fc.property(archives, fc.constantFrom(1e30, -1e30, 0, 999), (archive, value) => {
      const simulated = simulate({ ...archive, days: 60, broken: { day: 20, value } });
      const { faults } = judge(simulated, { ...DAILY, floor: 0 }, { models: [...archive.models.keys()] });
      expect(faults).toEqual([]);
    }),
    { numRuns: runs, seed: SEED, endOnFailure: true },
  );
});
