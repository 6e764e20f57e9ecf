/**
 * The NetCDF subset service of THREDDS servers (`.../thredds/ncss/...`), and catalogues that lead to it: what a dataset has is told by
 * its `dataset.xml`, and of it the variables, level, hours and region that are needed are asked for.
 */
import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom';
import { type Hour, MILLISECONDS_PER_HOUR } from '../../src/domain/time.ts';
import { VARIABLE_NAMES } from '../../src/domain/variables.ts';
import { KernelcastError } from '../../src/errors.ts';
import { KNOWN_VARIABLES } from '../cf/known-names.ts';
import { boxAround, instantOf, type Remote, spanOf, type Wanted } from './addresses/request.ts';
import type { HttpClient } from './http/client.ts';

/** Degrees: more than the cells of any grid that is worth sampling. */
const MARGIN = 2;

export function isThredds(url: string): boolean {
  return /\/thredds\/(ncss|catalog)\//.test(url) && !url.includes('?');
}

/** @throws KernelcastError `VARIABLE_MISSING`, `USAGE`, `FORMAT`, `ENVIRONMENT`, `NOT_FOUND` */
export async function thredds(url: string, wanted: Wanted, client: HttpClient): Promise<Remote[]> {
  const service = url.endsWith('.xml') && url.includes('/catalog/') ? await serviceOf(url, client) : url;
  const base = service.replace(/\/(dataset\.(xml|html))?$/, '');
  const description = parseXml(await client.text(`${base}/dataset.xml`), `${base}/dataset.xml`, 'gridDataset');
  const { from, to } = within(spanOf(base, wanted), description, base);
  const box = boxAround(base, wanted, MARGIN);
  const levels = levelsOf(description, wanted);
  if (levels.size === 0) {
    const names = elements(description, 'grid').map((grid) => grid.getAttribute('name'));
    throw new KernelcastError('VARIABLE_MISSING', 'there is no temperature or wind near the ground in the dataset', {
      where: { url: base, variables: names.join(', ').slice(0, 500) },
      hint: 'Say which variable it is, for example --map temperature_2m=NAME.',
    });
  }
  return [...levels].map(([level, names]) => {
    const query = new URLSearchParams(names.map((name) => ['var', name]));
    for (const side of ['north', 'south', 'west', 'east'] as const) query.set(side, String(box[side]));
    query.set('horizStride', '1');
    query.set('time_start', instantOf(from));
    query.set('time_end', instantOf(to - 1));
    if (level !== '') query.set('vertCoord', level);
    query.set('accept', 'netcdf');
    return { url: `${base}?${query}` };
  });
}

/** The hours of a span that the dataset has; the service refuses times beyond its own. */
function within(span: { from: Hour; to: Hour }, description: Element, url: string): { from: Hour; to: Hour } {
  const [begin, end] = ['begin', 'end'].map((name) => {
    const text = elements(description, 'TimeSpan')[0]?.getElementsByTagName(name)[0]?.textContent ?? '';
    return Date.parse(text) / MILLISECONDS_PER_HOUR;
  });
  if (Number.isNaN(begin + end)) return span;
  const from = Math.max(span.from, Math.ceil(begin));
  const to = Math.min(span.to, Math.floor(end) + 1);
  if (from < to) return { from, to };
  throw new KernelcastError('TOO_LITTLE_DATA', 'the dataset has nothing of the time that is asked for', {
    where: { url, has: `${instantOf(Math.ceil(begin))} to ${instantOf(Math.floor(end))}` },
  });
}

/** The subset service of the first dataset of a catalogue, such as `latest.xml`. */
async function serviceOf(url: string, client: HttpClient): Promise<string> {
  const catalogue = parseXml(await client.text(url), url, 'catalog');
  const service = elements(catalogue, 'service').find(
    (each) => each.getAttribute('serviceType')?.toLowerCase() === 'netcdfsubset',
  );
  const dataset = elements(catalogue, 'dataset').find((each) => each.getAttribute('urlPath'));
  const base = service?.getAttribute('base');
  if (base && dataset) return new URL(`${base}${dataset.getAttribute('urlPath')}`, url).href;
  throw new KernelcastError('FORMAT', 'the catalogue names no dataset with a NetCDF subset service', {
    where: { url },
  });
}

/** The names to ask for by level: those of the same level share a request; '' where there is none. */
function levelsOf(description: Element, { map = {} }: Wanted): Map<string, string[]> {
  const axes = new Map(elements(description, 'axis').map((axis) => [axis.getAttribute('name') ?? '', axis]));
  const grids = elements(description, 'grid');
  const levels = new Map<string, string[]>();
  for (const name of VARIABLE_NAMES) {
    const { standardName, names, highest } = KNOWN_VARIABLES[name];
    const byName = (wanted: string) =>
      grids.filter((grid) => grid.getAttribute('name')?.toLowerCase() === wanted.toLowerCase());
    const mapped = map[name];
    const candidates =
      mapped === undefined
        ? [...names.flatMap(byName), ...grids.filter((grid) => attributeOf(grid, 'standard_name') === standardName)]
        : byName(mapped);
    for (const grid of candidates) {
      const level = levelOf(grid, axes, mapped === undefined ? highest : Number.POSITIVE_INFINITY);
      if (level === undefined) continue;
      levels.set(level, [...(levels.get(level) ?? []), grid.getAttribute('name')!]);
      break;
    }
  }
  return levels;
}

/** The height nearest to the ground, '' for a grid without heights; undefined where it is too high, or no height. */
function levelOf(grid: Element, axes: ReadonlyMap<string, Element>, highest: number): string | undefined {
  const shape = (grid.getAttribute('shape') ?? '').split(/\s+/);
  const vertical = shape
    .map((name) => axes.get(name))
    .find((axis) => /^(Height|Pressure|GeoZ|.*Z)$/.test(axis?.getAttribute('axisType') ?? ''));
  if (!vertical) return '';
  const isHeight = vertical.getAttribute('axisType') === 'Height' && attributeOf(vertical, 'units') === 'm';
  const values = (elements(vertical, 'values')[0]?.textContent ?? '').trim().split(/\s+/).map(Number);
  const lowest = Math.min(...values.filter((value) => value > 0));
  return isHeight && lowest <= highest ? String(lowest) : undefined;
}

function attributeOf(element: Element, name: string): string | undefined {
  const found = elements(element, 'attribute').find((each) => each.getAttribute('name') === name);
  return found?.getAttribute('value') ?? undefined;
}

function elements(parent: Element, name: string): Element[] {
  return Array.from(parent.getElementsByTagName(name));
}

function parseXml(text: string, url: string, root: string): Element {
  try {
    const element = new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'text/xml').documentElement;
    if (element?.tagName === root) return element;
  } catch {
    // Told below, whatever it is that the server sent.
  }
  throw new KernelcastError('FORMAT', 'the server does not answer as THREDDS does', {
    where: { url, answer: text.replace(/\s+/g, ' ').slice(0, 200) },
  });
}
