/** The time of a row, as a mapping says that it is written. */
import { KernelcastError } from '../../src/errors.ts';
import type { Columns } from './cells.ts';
import { readUnixTime, readWall, type Wall } from './instant.ts';
import type { TableMapping } from './mapping.ts';
import type { LocalTime } from './observation.ts';
import { timePattern } from './time-pattern.ts';
import { isZone } from './zone.ts';

export interface RowTime {
  /** Unix time in milliseconds, or the clock of a zone. */
  time: number | LocalTime;
  /** The day, where the table has days only. */
  day: string | undefined;
}

export interface RowTimeOptions {
  mapping: TableMapping;
  /** What the lines in front of the heading say. */
  zoneTold?: string;
  /** What whoever ingests says; it counts most. */
  zoneGiven?: string;
}

/** @throws KernelcastError `USAGE` where nobody says which zone the clocks are of; the reader throws `FORMAT` naming line and column */
export function rowTime(columns: Columns, { mapping, zoneTold, zoneGiven }: RowTimeOptions) {
  const names = typeof mapping.time === 'string' ? [mapping.time] : mapping.time;
  const texts = names.map((name) => columns.text(name));
  const pattern = mapping.timePattern === undefined ? undefined : timePattern(mapping.timePattern);
  const zoneOf = zoneReader(columns, { mapping, zoneTold, zoneGiven });
  const where = { file: columns.file, column: names.join(', ') };

  const noTime = (text: string, line: number) =>
    new KernelcastError('FORMAT', `'${text.slice(0, 80)}' is no time`, {
      where: { ...where, line },
      hint:
        mapping.timePattern === undefined
          ? 'Times are written like 2024-03-01T06:00Z or 2024-03-01 06:00:00; others by "timePattern" of the mapping (yyyyMMddHH).'
          : `The mapping says that times are written as ${mapping.timePattern}.`,
    });

  return (cells: readonly string[], line: number): RowTime => {
    const text = texts.map((read) => read(cells)).join(' ');
    if (mapping.timeUnit !== undefined) {
      const time = readUnixTime(text, mapping.timeUnit);
      if (Number.isNaN(time)) throw noTime(text, line);
      return { time, day: undefined };
    }
    const read: Wall | undefined = pattern ? pattern(text) : readWall(text);
    if (!read) throw noTime(text, line);
    const day = read.isDay ? text : undefined;
    if (read.offset !== undefined) return { time: read.wall - read.offset, day };
    const zone = zoneOf(cells, read.wall, line);
    return { time: zone === 'UTC' ? read.wall : { wall: read.wall, zone, text }, day };
  };
}

function zoneReader(columns: Columns, { mapping, zoneTold, zoneGiven }: RowTimeOptions) {
  const { timeZone } = mapping;
  const fixed = zoneGiven ?? zoneTold;
  if (fixed !== undefined) {
    if (!isZone(fixed)) {
      throw new KernelcastError('USAGE', `'${fixed.slice(0, 80)}' is no time zone that this machine knows`, {
        where: { file: columns.file },
        hint: 'Name one like America/Toronto, or an offset like -05:00.',
      });
    }
    return () => fixed;
  }
  if (mapping.askTimeZone !== undefined) {
    throw new KernelcastError('USAGE', `the table does not tell its time zone: ${mapping.askTimeZone}`, {
      where: { file: columns.file },
      hint: 'Say it: --time-zone -05:00 (Eastern Standard Time), or "timeZone" in a mapping of your own (kernelcast tables).',
    });
  }
  if (typeof timeZone === 'string') return () => timeZone;
  if (Array.isArray(timeZone)) {
    const spans = timeZone.map(({ zone, until }) => ({
      zone,
      end: until === undefined ? Number.POSITIVE_INFINITY : Date.parse(`${until}T00:00Z`),
    }));
    return (_: readonly string[], wall: number) =>
      (spans.find(({ end }) => wall < end) ?? spans[spans.length - 1]).zone;
  }
  const text = columns.text(timeZone.column);
  return (cells: readonly string[], _: number, line: number) => {
    const zone = text(cells);
    if (isZone(zone)) return zone;
    throw new KernelcastError('FORMAT', `'${zone.slice(0, 80)}' is no time zone that this machine knows`, {
      where: { file: columns.file, line, column: timeZone.column },
    });
  };
}
