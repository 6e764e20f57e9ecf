/** What the skill page shows, asked of the API when somebody looks: scores of a span and of its parts, a run against what came. */
import type { Api } from '../api/client.ts';
import type { Models, RunValues, Verification } from '../api/contracts.ts';
import { HOUR, parseInstant } from '../format/time.ts';
import { type StationError, spread, stationErrors } from './station-errors.ts';

export interface Period {
  /** Initialisation times, ms: from, and to before. */
  from: number;
  to: number;
  verification: Verification;
}

export interface JudgedRun {
  values: RunValues;
  errors: Record<string, StationError[]>;
}

export interface SkillData {
  verification: Verification;
  periods: Period[];
  /** The newest run whose hours have all been observed; undefined where there is none. */
  judged: JudgedRun | undefined;
  models: Models;
}

/** Parts that a span is cut into. */
const PERIODS = 7;
/** Stations that the map of errors asks for: a sample where there are more. */
const MOST_STATIONS = 400;
const VARIABLES = ['temperature_2m', 'wind_speed_10m'] as const;

/** @param now the service's clock, ms; runs of the `days` before are scored */
export async function requestSkill(api: Api, dataset: string, now: number, days: number): Promise<SkillData> {
  const newest = await api.verification(dataset);
  const end = newest.last === null ? now : parseInstant(newest.last);
  const from = end - days * 24 * HOUR;
  const part = (days * 24 * HOUR) / PERIODS;
  const cuts = Array.from({ length: PERIODS }, (_, index) => Math.round((from + index * part) / HOUR) * HOUR);
  const [verification, periods, judged, models] = await Promise.all([
    api.verification(dataset, span(from + HOUR, end)),
    Promise.all(
      cuts.map(async (start, index): Promise<Period> => {
        const to = cuts[index + 1] ?? end;
        return { from: start, to, verification: await api.verification(dataset, span(start + HOUR, to)) };
      }),
    ),
    newest.last === null ? undefined : judge(api, dataset, newest.last),
    api.models(dataset),
  ]);
  return { verification, periods: periods.filter((period) => period.verification.runs > 0), judged, models };
}

function span(start: number, end: number): { start: string; end: string } {
  return { start: instant(start), end: instant(end) };
}

function instant(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}

async function judge(api: Api, dataset: string, init: string): Promise<JudgedRun> {
  const values = await api.values(dataset, init, VARIABLES);
  const ids = spread(values.stations, MOST_STATIONS);
  const [start, end] = [values.time[0], values.time[values.time.length - 1]];
  const observed = await api.observations(dataset, ids, VARIABLES, { start, end });
  const errors = Object.fromEntries(VARIABLES.map((name) => [name, stationErrors(values, observed, name)]));
  return { values, errors };
}
