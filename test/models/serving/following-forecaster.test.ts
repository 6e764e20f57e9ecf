import { expect, it } from 'vitest';
import { openFollowing } from '../../../models/serving/following-forecaster.ts';
import type { Forecaster } from '../../../models/serving/forecaster.ts';

function forecasters() {
  const events: string[] = [];
  const open = async (network = 'shipped'): Promise<Forecaster> => {
    events.push(`open ${network}`);
    return {
      engine: { name: 'none', device: 'cpu', why: '' },
      models: [{ id: network, name: network, kind: 'network', weightsSha256: null }],
      run: async ({ init = 0 }) => {
        events.push(`run ${network}`);
        return { init, outcome: 'published' };
      },
      partArrived: () => {},
      part: async () => {
        events.push(`part ${network}`);
        return undefined;
      },
      predict: async () => Promise.reject(new Error('no')),
      close: async () => void events.push(`close ${network}`),
    };
  };
  return { events, open };
}

it('makes runs with the model that serves, and ends with each what was begun with it', async () => {
  const { events, open } = forecasters();
  let serving: string | undefined;
  const forecaster = await openFollowing({ open, serving: async () => serving });
  const run = () => forecaster.run({ dataset: 'd', now: 0 });
  const part = (model: string) =>
    forecaster.part({ dataset: 'd', init: 0, shard: { index: 0, count: 1, table: '' }, model });
  await run();
  serving = 'second';
  await Promise.all([run(), run()]);
  expect(forecaster.models[0].id).toBe('second');
  await part('shipped');
  await part('second');
  serving = 'third';
  await run();
  await expect(part('shipped')).rejects.toThrow('does not serve here');
  await forecaster.close();
  expect(events).toEqual([
    ...['open shipped', 'run shipped', 'open second', 'run second', 'run second', 'part shipped', 'part second'],
    ...['open third', 'close shipped', 'run third', 'close third', 'close second'],
  ]);
});

it('goes on with the model before where the one that serves cannot be opened, and says so', async () => {
  const { events, open } = forecasters();
  const problems: unknown[] = [];
  let serving: string | undefined;
  const forecaster = await openFollowing({
    open: (network) => (network === 'broken' ? Promise.reject(new Error('no model')) : open(network)),
    serving: async () => serving,
    onProblem: (error) => problems.push(error),
  });
  serving = 'broken';
  expect((await forecaster.run({ dataset: 'd', now: 0 })).outcome).toBe('published');
  expect(problems).toMatchObject([{ message: 'no model' }]);
  serving = 'second';
  await forecaster.run({ dataset: 'd', now: 0 });
  expect(events).toEqual(['open shipped', 'run shipped', 'open second', 'run second']);
});
