/**
 * Addresses with fields: `https://example.org/{YYYY}/{MM}/air-{YYYY}{MM}{DD}.nc`. Fields of dates are {YYYY}, {MM}, {DD}, {HH} and {JJJ}
 * (day of the year); of stations {id}, {usaf} and {wban} (the parts of an id of NOAA's ISD).
 */
import type { Station } from '../../../src/domain/station.ts';
import { MILLISECONDS_PER_HOUR } from '../../../src/domain/time.ts';
import { KernelcastError } from '../../../src/errors.ts';
import { type Remote, spanOf, type Wanted } from './request.ts';

const FIELD = /\{([A-Za-z]+)\}/g;

const OF_DATE: Record<string, (date: Date) => string> = {
  YYYY: (date) => String(date.getUTCFullYear()).padStart(4, '0'),
  MM: (date) => String(date.getUTCMonth() + 1).padStart(2, '0'),
  DD: (date) => String(date.getUTCDate()).padStart(2, '0'),
  HH: (date) => String(date.getUTCHours()).padStart(2, '0'),
  JJJ: (date) =>
    String(1 + Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / 86_400_000)).padStart(3, '0'),
};

const OF_STATION: Record<string, (station: Station) => string> = {
  id: ({ id }) => encodeURIComponent(id),
  usaf: ({ id }) => encodeURIComponent(id.slice(0, 6)),
  wban: ({ id }) => encodeURIComponent(id.slice(6)),
};

/** More files than anybody means to fetch at once. */
const MOST = 20_000;

export function isTemplate(url: string): boolean {
  return url.search(FIELD) >= 0;
}

/** @throws KernelcastError `USAGE`: an unknown field; no span or no stations for those that need them; too many files */
export function expandTemplate(template: string, wanted: Wanted): Remote[] {
  const names = [...template.matchAll(FIELD)].map(([, name]) => name);
  const unknown = names.find((name) => !(name in OF_DATE) && !(name in OF_STATION));
  if (unknown !== undefined) {
    throw new KernelcastError('USAGE', `there is no field {${unknown}}`, {
      where: { url: template },
      hint: `Fields: ${[...Object.keys(OF_DATE), ...Object.keys(OF_STATION)].map((name) => `{${name}}`).join(', ')}.`,
    });
  }
  const ofStation = names.some((name) => name in OF_STATION);
  const stations: (Station | undefined)[] = ofStation ? [...(wanted.stations ?? [])] : [undefined];
  if (stations.length === 0) {
    throw new KernelcastError('USAGE', 'the source has a file for each station, and needs a list of them', {
      where: { url: template },
      hint: 'Give one: --stations CSV, with the ids that the source knows.',
    });
  }
  const urls = new Set<string>();
  for (const station of stations) {
    for (const date of datesOf(template, names, wanted)) {
      urls.add(
        template.replace(FIELD, (_, name: string) =>
          name in OF_DATE ? OF_DATE[name](date!) : OF_STATION[name](station!),
        ),
      );
    }
    if (urls.size > MOST) {
      throw new KernelcastError('USAGE', `the source would have more than ${MOST} files`, {
        where: { url: template },
        hint: 'Ask for a shorter time or fewer stations.',
      });
    }
  }
  return [...urls].map((url) => ({ url, optional: true }));
}

/** Every hour or day of the span, by the finest field; equal addresses fall together afterwards. */
function datesOf(template: string, names: readonly string[], wanted: Wanted): (Date | undefined)[] {
  if (!names.some((name) => name in OF_DATE)) return [undefined];
  const { from, to } = spanOf(template, wanted);
  const step = names.includes('HH') ? 1 : 24;
  const first = step === 1 ? from : Math.floor(from / 24) * 24;
  return Array.from(
    { length: Math.ceil((to - first) / step) },
    (_, i) => new Date((first + i * step) * MILLISECONDS_PER_HOUR),
  );
}
