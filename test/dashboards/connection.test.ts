import { describe, expect, it } from 'vitest';
import { type Connection, nextConnection, pollDelay } from '../../dashboards/src/live/connection.ts';
import {
  bannerText,
  clockTime,
  datasetLabel,
  runAgeLabel,
  sourceLabel,
  variablesOf,
} from '../../dashboards/src/service/labels.ts';

const ready = { answered: true, readiness: { ready: true }, hasRun: true } as const;
const connecting: Connection = { kind: 'connecting' };

describe('how the page stands with the service', () => {
  it('is ready when there is a run that may be relied on', () => {
    expect(nextConnection(connecting, ready, 0)).toEqual({ kind: 'ready' });
  });

  it('is preparing while there is no run, with the reason that the service gives', () => {
    const heard = { answered: true, readiness: { ready: false, reason: 'no run yet' }, hasRun: false } as const;
    expect(nextConnection(connecting, heard, 0)).toEqual({ kind: 'preparing', reason: 'no run yet' });
    expect(nextConnection(connecting, { ...ready, hasRun: false }, 0)).toEqual({ kind: 'preparing', reason: '' });
  });

  it('is stale when there is a run and the service disowns it', () => {
    const heard = { answered: true, readiness: { ready: false, reason: 'run is 5 h old' }, hasRun: true } as const;
    expect(nextConnection({ kind: 'ready' }, heard, 0)).toEqual({ kind: 'stale', reason: 'run is 5 h old' });
  });

  it('remembers since when the service is gone, and forgets it when it is back', () => {
    const first = nextConnection({ kind: 'ready' }, { answered: false }, 1000);
    const second = nextConnection(first, { answered: false }, 9000);
    expect(second).toEqual({ kind: 'gone', since: 1000, attempts: 2 });
    expect(nextConnection(second, ready, 10_000)).toEqual({ kind: 'ready' });
  });

  it('asks often enough to see each hour of a replay, and ever less often where nobody answers', () => {
    expect(pollDelay({ kind: 'ready' }, 5)).toBeLessThan(5000);
    expect(pollDelay({ kind: 'ready' }, undefined)).toBe(5000);
    const delays = [1, 2, 3, 8, 50].map((attempts) => pollDelay({ kind: 'gone', since: 0, attempts }, 5));
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays.at(-1)).toBe(10_000);
  });
});

describe('what the header says', () => {
  const replay = { kind: 'replay', seconds_per_hour: 5 } as const;

  it('never passes a replay off as the weather of now', () => {
    expect(sourceLabel({ dataset: 'sample-world', clock: replay })).toBe('Sample world, replayed: 1 h each 5 s');
    expect(sourceLabel({ dataset: 'knmi_30', clock: { kind: 'system' } })).toBe('Knmi 30');
    expect(datasetLabel('')).toBe('');
  });

  it('gives a replay in whole hours, the real clock to the minute', () => {
    const status = { now: '2025-02-20T07:40:30Z', clock: replay };
    expect(runAgeLabel(status, '2025-02-20T06:00Z')).toBe('1 h old');
    expect(clockTime(status)).toBe(Date.UTC(2025, 1, 20, 7));
    const real = { now: '2025-02-20T06:40:30Z', clock: { kind: 'system' } as const };
    expect(runAgeLabel(real, '2025-02-20T06:00Z')).toBe('40 min old');
    expect(clockTime(real)).toBe(Date.UTC(2025, 1, 20, 6, 40, 30));
  });

  it('knows what the dataset of the service holds', () => {
    const held = (...variables: string[]) => ({
      dataset: 'd',
      datasets: [{ dataset: 'd', from: '', to: '', stations: 1, variables }],
    });
    expect(variablesOf(held('temperature_2m'))).toEqual(['temperature_2m']);
    expect(variablesOf(held('wind_u_component_10m', 'wind_v_component_10m'))).toEqual(['wind_speed_10m']);
    expect(variablesOf({ dataset: 'd', datasets: [] })).toEqual(['temperature_2m', 'wind_speed_10m']);
  });

  it('is silent while all is well, and tells what is wrong otherwise', () => {
    const clock = (time: number): string => `t${time}`;
    expect(bannerText({ kind: 'ready' }, true, clock)).toBeUndefined();
    expect(bannerText({ kind: 'gone', since: 7, attempts: 1 }, true, clock)).toContain('since t7');
    expect(bannerText({ kind: 'stale', reason: 'run is 5 h old' }, true, clock)).toBe('run is 5 h old');
  });
});
