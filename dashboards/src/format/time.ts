/** Time as the page writes it: UTC throughout, 24-hour clock, written by hand so that every browser shows the same. */

export const HOUR = 3_600_000;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Milliseconds of an ISO 8601 instant; one without a zone, as `2025-02-20T01:00`, is UTC. */
export function parseInstant(text: string): number {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
  const time = Date.parse(zoned);
  if (!Number.isFinite(time)) throw new Error(`'${text}' is not an instant`);
  return time;
}

/** `14:00` */
export function clockLabel(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}

/** `Thu 20 Feb` */
export function dayLabel(time: number): string {
  const date = new Date(time);
  return `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** `Thu 20 Feb 14:00 UTC` */
export function instantLabel(time: number): string {
  return `${dayLabel(time)} ${clockLabel(time)} UTC`;
}

/** `Thu 20 Feb 2025, 14:00 UTC` */
export function fullInstantLabel(time: number): string {
  return `${dayLabel(time)} ${new Date(time).getUTCFullYear()}, ${clockLabel(time)} UTC`;
}

/** How long ago, in the largest unit that tells something: `just now`, `40 min old`, `7 h old`, `3 d old`. */
export function ageLabel(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min old`;
  const hours = Math.floor(minutes / 60);
  return hours < 72 ? `${hours} h old` : `${Math.floor(hours / 24)} d old`;
}

/** `1 h each 5 s` - the pace of a replayed world. */
export function paceLabel(secondsPerHour: number): string {
  return `1 h each ${Number(secondsPerHour.toPrecision(3))} s`;
}
