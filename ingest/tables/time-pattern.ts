/**
 * Times by a pattern: `yyyyMMddHH`, `dd.MM.yy HH:mm`, `MM/dd/yyyy hh:mm a`. Letters as in Unicode's date patterns:
 *
 * | letters | meaning |
 * | --- | --- |
 * | `yyyy`, `yy` | the year; of two digits those from 70 on are of the last century |
 * | `MM`, `M`, `MMM` | the month; its English name |
 * | `dd`, `d`, `DDD` | the day of the month; of the year |
 * | `HH`, `H` | the hour, 0 to 24; 24 is the midnight that ends the day |
 * | `hh` with `a` | the hour of a clock of twelve, and AM or PM |
 * | `mm`, `ss` | minutes, seconds |
 * | `Z` | `Z`, `UTC` or an offset |
 *
 * As some write `yyyymmddhh`: without an `MM` the first `mm` is the month, and `hh` without `a` is `HH`.
 */
import { type Wall, wallOf } from './instant.ts';
import { fixedOffset } from './zone.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const TOKEN = /yyyy|yy|MMM|MM|M|DDD|dd|d|HH|H|hh|h|mm|m|ss|s|a|Z|'[^']*'/g;

type Part =
  | 'year'
  | 'shortYear'
  | 'month'
  | 'monthName'
  | 'day'
  | 'dayOfYear'
  | 'hour'
  | 'minute'
  | 'second'
  | 'half'
  | 'zone';

const PARTS: Record<string, Part> = {
  yyyy: 'year',
  yy: 'shortYear',
  MMM: 'monthName',
  MM: 'month',
  M: 'month',
  DDD: 'dayOfYear',
  dd: 'day',
  d: 'day',
  HH: 'hour',
  H: 'hour',
  hh: 'hour',
  h: 'hour',
  mm: 'minute',
  m: 'minute',
  ss: 'second',
  s: 'second',
  a: 'half',
  Z: 'zone',
};

const TEXTS: Partial<Record<Part, string>> = {
  year: '\\d{4}',
  shortYear: '\\d{2}',
  monthName: '[A-Za-z]{3,9}',
  dayOfYear: '\\d{3}',
  half: '[AaPp]\\.?[Mm]\\.?',
  zone: 'Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?',
};

export type TimePattern = (text: string) => Wall | undefined;

/** @returns undefined where the pattern names no whole day, or a part twice */
export function timePattern(pattern: string): TimePattern | undefined {
  const written = /MM?/.test(pattern) ? pattern : pattern.replace('mm', 'MM');
  const parts: Part[] = [];
  let expression = '';
  let rest = 0;
  let isNextToDigits = false;
  const tokens = [...written.matchAll(TOKEN)];
  for (const [index, { 0: token, index: at }] of tokens.entries()) {
    const between = written.slice(rest, at);
    if (/[A-Za-z0-9]/.test(between.replace(/[Tt]/g, ''))) return undefined;
    expression += literally(between);
    rest = at + token.length;
    if (token.startsWith("'")) {
      expression += literally(token.slice(1, -1));
      continue;
    }
    const part = PARTS[token];
    parts.push(part);
    // Where digits of the next part follow at once, only the length tells them apart.
    const follows = tokens[index + 1]?.index === rest && TEXTS[PARTS[tokens[index + 1][0]]] !== TEXTS.zone;
    const digits = follows || (isNextToDigits && between === '') ? '\\d{2}' : '\\d{1,2}';
    isNextToDigits = true;
    expression += `(${TEXTS[part] ?? digits})`;
  }
  expression += literally(written.slice(rest));
  if (/[A-Za-z]/.test(written.slice(rest)) || new Set(parts).size < parts.length || !namesDay(parts)) return undefined;
  const regular = new RegExp(`^${expression}$`, 'i');
  return (text) => {
    const match = regular.exec(text.trim());
    return match ? read(parts, match.slice(1)) : undefined;
  };
}

function namesDay(parts: readonly Part[]): boolean {
  const has = (...names: Part[]) => names.some((name) => parts.includes(name));
  return has('year', 'shortYear') && (has('dayOfYear') || (has('day') && has('month', 'monthName')));
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+');
}

function read(parts: readonly Part[], texts: readonly string[]): Wall | undefined {
  const of = (part: Part) => {
    const index = parts.indexOf(part);
    return index < 0 ? undefined : texts[index];
  };
  const number = (part: Part) => (of(part) === undefined ? undefined : Number(of(part)));
  const short = number('shortYear') ?? 0;
  const year = number('year') ?? (short >= 70 ? 1900 : 2000) + short;
  const name = of('monthName')?.slice(0, 3).toLowerCase();
  const month = name === undefined ? (number('month') ?? 1) : MONTHS.indexOf(name) + 1;
  const half = of('half')?.[0].toLowerCase();
  let hour = number('hour');
  if (half !== undefined && hour !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half === 'p' ? 12 : 0);
  }
  const time = { hour, minute: number('minute'), second: number('second') };
  const dayOfYear = number('dayOfYear');
  const wall =
    dayOfYear === undefined
      ? wallOf({ year, month, day: number('day') ?? 1, ...time })
      : wallOf({ year, month: 1, day: 1, ...time }) + (dayOfYear - 1) * 86_400_000;
  if (Number.isNaN(wall) || dayOfYear === 0 || (dayOfYear ?? 0) > 366) return undefined;
  const zone = of('zone');
  return { wall, offset: zone === undefined ? undefined : fixedOffset(zone), isDay: hour === undefined };
}
