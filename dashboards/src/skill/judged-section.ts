/** Where the forecasts were good: a map of the stations for each variable, and the worst cases with their charts. */
import { type Api, ApiError } from '../api/client.ts';
import type { RunModel, Station, Verification } from '../api/contracts.ts';
import { byId, setText } from '../dom.ts';
import { decimal, percent } from '../format/quantity.ts';
import { instantLabel, parseInstant } from '../format/time.ts';
import { type QuantityKind, unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';
import { readTheme, type Theme } from '../theme.ts';
import { nameOf, SCORED_VARIABLES } from './scores-section.ts';
import { requestStationScores } from './skill-data.ts';
import { spanLabel } from './skill-panel.ts';
import { drawStationMap, errorScale, skillScale } from './station-map.ts';
import { type StationScore, stationScores } from './station-scores.ts';
import { createWorstCases, requestCases, type WorstCase } from './worst-cases.ts';

const WORST = 4;
const MEASURES = ['skill', 'mae'] as const;
type Measure = (typeof MEASURES)[number];

interface Judged {
  verification: Verification;
  model: RunModel;
  stations: ReadonlyMap<string, Station>;
  cases: ReadonlyMap<string, WorstCase[]>;
}

export function createJudgedSection(api: Api, chooseStation: (id: string) => void) {
  const lists = SCORED_VARIABLES.map(([key, , kind]) => createWorstCases(byId(`worst-${key}`), kind, chooseStation));
  let judged: Judged | undefined;
  let measure: Measure = 'skill';
  for (const each of MEASURES) {
    byId(`judged-${each}`).addEventListener('change', () => {
      measure = each;
      draw();
    });
  }

  async function load(dataset: string, all: readonly Station[], model: RunModel): Promise<void> {
    const verification = await requestStationScores(
      api,
      dataset,
      all.map(({ id }) => id),
    );
    if (!verification) {
      judged = undefined;
      return;
    }
    const stations = new Map(all.map((station) => [station.id, station]));
    const cases = await Promise.all(
      SCORED_VARIABLES.map(async ([, variable]) => {
        const worst = stationScores(verification, model.id, variable)
          .sort((a, b) => b.mae - a.mae)
          .slice(0, WORST)
          .map(({ id, mae }) => ({ id, mae, name: stations.get(id)?.name ?? id }));
        const init = verification.last;
        const found = init === null ? [] : await casesOrNone(dataset, init, model, variable, worst);
        return [variable, found] as const;
      }),
    );
    judged = { verification, model, stations, cases: new Map(cases) };
  }

  /** The run may have been tidied away since it was scored. */
  async function casesOrNone(...wanted: Parameters<typeof requestCases> extends [Api, ...infer Rest] ? Rest : never) {
    try {
      return await requestCases(api, ...wanted);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }

  function draw(): void {
    byId('judged').hidden = judged === undefined;
    byId('judged-empty').hidden = judged !== undefined;
    byId('judged-measure').hidden = judged === undefined;
    setText(byId('judged-run'), judged ? spanLabel(judged.verification) : '');
    setText(byId('judged-note'), measure === 'skill' ? text().skillMapNote : text().errorMapNote);
    if (!judged) return;
    const { verification, model, stations, cases } = judged;
    const theme = readTheme();
    SCORED_VARIABLES.forEach(([key, variable, kind], index) => {
      const scores = stationScores(verification, model.id, variable);
      byId(`judged-${key}`).hidden = scores.length === 0;
      if (scores.length === 0) return;
      drawMap(key, kind, scores, stations, theme);
      lists[index].show(cases.get(variable) ?? []);
    });
    const last = verification.last === null ? '' : instantLabel(parseInstant(verification.last));
    setText(byId('worst-note'), text().worstNote(last));
  }

  function drawMap(
    key: string,
    kind: QuantityKind,
    scores: readonly StationScore[],
    stations: ReadonlyMap<string, Station>,
    theme: Theme,
  ): void {
    const canvas = byId<HTMLCanvasElement>(`error-map-${key}`);
    const { ofDifference, label } = unit(kind);
    const scale = measure === 'skill' ? skillScale(theme.dark) : errorScale(scores, theme.dark);
    const measured = (score: StationScore): number | null => score[measure];
    // What is worst lies on top.
    const known = scores.filter((score) => measured(score) !== null);
    known.sort((a, b) => (measure === 'skill' ? b.skill! - a.skill! : a.mae - b.mae));
    drawStationMap(canvas, known, (score) => scale.colour(measured(score)!), stations, theme);
    const [least, most] = scale.domain;
    const stops = Array.from({ length: 17 }, (_, index) => scale.colour(least + ((most - least) * index) / 16));
    byId(`error-bar-${key}`).style.backgroundImage = `linear-gradient(to right, ${stops.join(', ')})`;
    const ends =
      measure === 'skill'
        ? [text().worseThanPersistence, text().perfect]
        : [`≤ ${decimal(ofDifference(least))}`, `≥ ${decimal(ofDifference(most))} ${label}`];
    setText(byId(`error-least-${key}`), ends[0]);
    setText(byId(`error-most-${key}`), ends[1]);
    const written = ({ mae, skill }: StationScore): string =>
      measure === 'skill' ? percent(skill) : `${decimal(ofDifference(mae))} ${label}`;
    const worst = known.slice(-WORST).map((score) => `${stations.get(score.id)?.name ?? score.id} ${written(score)}`);
    canvas.setAttribute('aria-label', `${text().skillMap} ${nameOf(kind)}. ${text().worstCases}: ${worst.join(', ')}`);
  }

  return { load, draw };
}
