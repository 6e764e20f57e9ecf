/** What the skill page shows, asked of the API when somebody looks: scores of a span, of its parts, and by station. */
import type { Api } from '../api/client.ts';
import type { Models, TrainingLog, Verification } from '../api/contracts.ts';
import { HOUR, parseInstant } from '../format/time.ts';
import { spread } from './station-scores.ts';

export interface Period {
  /** Initialisation times, ms: from, and to before. */
  from: number;
  to: number;
  verification: Verification;
}

export interface SkillData {
  verification: Verification;
  periods: Period[];
  models: Models;
  /** How the training of each network went, as far as its log came with it. */
  training: ReadonlyMap<string, TrainingLog>;
}

/** Parts that a span is cut into. */
const PERIODS = 7;
/** Stations that the map asks for, a sample where there are more, and runs that it asks for their errors: the service has to read them all. */
const MAP_STATIONS = 400;
const MAP_RUNS = 12;

/** @param now the service's clock, ms; runs of the `days` before are scored */
export async function requestSkill(api: Api, dataset: string, now: number, days: number): Promise<SkillData> {
  const newest = await api.verification(dataset);
  const end = newest.last === null ? now : parseInstant(newest.last);
  const from = end - days * 24 * HOUR;
  const part = (days * 24 * HOUR) / PERIODS;
  const cuts = Array.from({ length: PERIODS }, (_, index) => Math.round((from + index * part) / HOUR) * HOUR);
  const [verification, periods, models] = await Promise.all([
    api.verification(dataset, span(from + HOUR, end)),
    Promise.all(
      cuts.map(async (start, index): Promise<Period> => {
        const to = cuts[index + 1] ?? end;
        return { from: start, to, verification: await api.verification(dataset, span(start + HOUR, to)) };
      }),
    ),
    api.models(dataset),
  ]);
  const training = await requestTraining(api, models);
  return { verification, periods: periods.filter((period) => period.verification.runs > 0), models, training };
}

/** @param stations all of the dataset's; undefined is the answer where no run has been observed to its end */
export async function requestStationScores(
  api: Api,
  dataset: string,
  stations: readonly string[],
): Promise<Verification | undefined> {
  const scores = await api.stationVerification(dataset, spread(stations, MAP_STATIONS), MAP_RUNS);
  return scores.runs === 0 ? undefined : scores;
}

async function requestTraining(api: Api, { models }: Models): Promise<SkillData['training']> {
  const networks = models.filter(({ kind }) => kind === 'network');
  const logs = await Promise.all(networks.map(({ id }) => api.training(id)));
  return new Map(logs.flatMap((log) => (log ? [[log.model, log] as const] : [])));
}

function span(start: number, end: number): { start: string; end: string } {
  return { start: instant(start), end: instant(end) };
}

function instant(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}
