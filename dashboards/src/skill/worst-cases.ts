/** The stations where the forecasts were farthest off, each with the chart of a whole run against what came. */
import type { Api } from '../api/client.ts';
import type { RunModel } from '../api/contracts.ts';
import { element, setText } from '../dom.ts';
import { decimal } from '../format/quantity.ts';
import { clockLabel, HOUR, parseInstant } from '../format/time.ts';
import { type QuantityKind, unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';
import { readTheme } from '../theme.ts';
import { createLineChart, type ScoreLine } from './line-chart.ts';

export interface WorstCase {
  id: string;
  name: string;
  /** °C or m/s, over all of the runs. */
  mae: number;
  /** Of one run, hour by hour; null = missing. */
  times: number[];
  forecast: (number | null)[];
  observed: (number | null)[];
}

/**
 * The cases of a run whose hours have all been observed.
 * @param worst the stations, and how far off they were
 */
export async function requestCases(
  api: Api,
  dataset: string,
  init: string,
  model: RunModel,
  variable: string,
  worst: readonly Pick<WorstCase, 'id' | 'name' | 'mae'>[],
): Promise<WorstCase[]> {
  const from = parseInstant(init);
  const instant = (hour: number): string => new Date(from + hour * HOUR).toISOString();
  const said = await Promise.all(
    worst.map(({ id }) =>
      api.forecast({ dataset, station: id, init, models: [model.id], variables: [variable], pastHours: 0 }),
    ),
  );
  const hours = said[0]?.hourly.time.length ?? 0;
  if (hours === 0) return [];
  const ids = worst.map(({ id }) => id);
  const came = await api.observations(dataset, ids, [variable], { start: instant(1), end: instant(hours) });
  return worst.map((station, index) => {
    const times = said[index].hourly.time.map(parseInstant);
    const there = came.find((place) => place.station.id === station.id)?.hourly;
    const observed = new Map(there?.time.map((time, hour) => [parseInstant(time), there[variable]?.[hour]]));
    const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
    return {
      ...station,
      times,
      forecast: times.map((_, hour) => number(said[index].hourly[variable]?.[hour])),
      observed: times.map((time) => number(observed.get(time))),
    };
  });
}

/** @param choose called with the station that somebody wants to see */
export function createWorstCases(list: HTMLElement, kind: QuantityKind, choose: (id: string) => void) {
  const cards: ReturnType<typeof createCard>[] = [];
  return {
    show(cases: readonly WorstCase[]): void {
      while (cards.length < cases.length) cards.push(createCard(kind, choose));
      list.replaceChildren(...cases.map((_, index) => cards[index].root));
      cases.forEach((each, index) => {
        cards[index].show(each);
      });
    },
  };
}

function createCard(kind: QuantityKind, choose: (id: string) => void) {
  const name = element('span');
  const error = element('strong');
  const canvas = element('canvas', { role: 'img' });
  const button = element('button', { type: 'button' }, name, error);
  const root = element('li', {}, button, element('div', { class: 'plot' }, canvas));
  const chart = createLineChart(canvas, {
    xLabel: (hour) => clockLabel(hour * HOUR),
    xStep: 6,
    fromZero: kind === 'speed',
  });
  let shown = '';
  button.addEventListener('click', () => choose(shown));
  return {
    root,
    show({ id, name: station, mae, times, forecast, observed }: WorstCase): void {
      const { of, ofDifference, label } = unit(kind);
      const line = (role: ScoreLine['role'], words: string, values: readonly (number | null)[]): ScoreLine => ({
        role,
        label: words,
        points: times.map((time, hour) => ({ x: time / HOUR, y: values[hour] === null ? null : of(values[hour]) })),
      });
      shown = id;
      setText(name, station);
      setText(error, `${decimal(ofDifference(mae))} ${label}`);
      chart.show(
        [line('forecast', text().forecast, forecast), line('observed', text().observed, observed)],
        readTheme(),
      );
      const hours = times.map((_, hour) => `${decimal(forecast[hour])}/${decimal(observed[hour])}`);
      canvas.setAttribute('aria-label', `${station}, ${text().forecastAndObserved}: ${hours.join(', ')}`);
    },
  };
}
