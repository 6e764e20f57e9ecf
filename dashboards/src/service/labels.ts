/** What the header says of the service, in words. Pure. */
import type { Status } from '../api/contracts.ts';
import type { MapVariable } from '../colour/scale.ts';
import { ageLabel, HOUR, paceLabel, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { Connection } from '../live/connection.ts';

/** `Sample world`, from the dataset's name `sample-world`. */
export function datasetLabel(dataset: string): string {
  const words = dataset.replace(/[-_]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Where the weather comes from; a replay is never passed off as now. */
export function sourceLabel({ dataset, clock }: Pick<Status, 'dataset' | 'clock'>): string {
  if (clock.kind === 'system') return datasetLabel(dataset);
  const pace = clock.seconds_per_hour === undefined ? '' : paceLabel(clock.seconds_per_hour);
  return text().replayed(datasetLabel(dataset), pace);
}

/** Which of the page's two variables the service's dataset holds; before anything is known of it, both. */
export function variablesOf({ dataset, datasets }: Pick<Status, 'dataset' | 'datasets'>): MapVariable[] {
  const held = datasets.find((candidate) => candidate.dataset === dataset)?.variables;
  if (!held) return ['temperature_2m', 'wind_speed_10m'];
  const wind = held.includes('wind_speed_10m') || held.includes('wind_u_component_10m');
  return [
    ...(held.includes('temperature_2m') ? ['temperature_2m' as const] : []),
    ...(wind ? ['wind_speed_10m' as const] : []),
  ];
}

/** How old a run is by the service's clock. In a replay minutes fly by: there the age is in whole hours. */
export function runAgeLabel({ now, clock }: Pick<Status, 'now' | 'clock'>, init: string): string {
  const age = Math.max(0, parseInstant(now) - parseInstant(init));
  return clock.kind === 'replay' ? text().hoursOld(Math.floor(age / HOUR)) : ageLabel(age);
}

/** The service's clock; a replay's minutes would only flicker. */
export function clockTime({ now, clock }: Pick<Status, 'now' | 'clock'>): number {
  const time = parseInstant(now);
  return clock.kind === 'replay' ? Math.floor(time / HOUR) * HOUR : time;
}

/** What the page tells across its width; undefined while all is well. @param storedAt see `State` */
export function bannerText(
  connection: Connection,
  hasData: boolean,
  clock: (time: number) => string,
  storedAt?: number,
): string | undefined {
  const words = text();
  if (connection.kind === 'gone') {
    if (storedAt !== undefined) return words.goneStored(clock(storedAt));
    return `${words.goneSince(clock(connection.since))} ${hasData ? words.goneLastShown : words.goneTryAgain}`;
  }
  if (connection.kind === 'stale') return connection.reason || words.staleReason;
  return undefined;
}
