/** The legend of a chart, which also reads out the values at the marked hour. */
import { element, setText } from '../dom.ts';
import { decimal } from '../format/quantity.ts';
import { text } from '../i18n/language.ts';
import type { LineRole } from '../line-styles.ts';
import { type ChartSeries, valueAt } from './chart-data.ts';

interface Entry {
  role: LineRole | 'band';
  label: string;
  value: string;
}

/**
 * Fills a `<ul>`: what was observed for an hour that is over, what is forecast for one to come; one item a line, with a swatch in the
 * line's style. Items are kept, so that values change without a flicker.
 */
export function fillReadout(list: HTMLElement, { lines, band }: ChartSeries, marked: number, init: number): void {
  const entries: Entry[] = lines
    .filter(({ role }) => role !== 'earlier' && (role === 'observed') === marked <= init)
    .map((line) => ({ role: line.role, label: line.label, value: decimal(valueAt(line, marked, init)) }));
  if (band.length > 0 && marked > init) {
    const at = band.find(({ time }) => time === marked)?.values;
    const value = at ? text().bandRange(decimal(at[0]), decimal(at[at.length - 1])) : decimal(undefined);
    entries.splice(1, 0, { role: 'band', label: text().band80, value });
  }
  while (list.children.length > entries.length) list.lastElementChild?.remove();
  entries.forEach((entry, index) => {
    let item = list.children[index];
    if (!item) {
      item = element('li', {}, element('i', { 'aria-hidden': 'true' }), element('span'), element('b'));
      list.append(item);
    }
    const [, label, value] = item.children;
    if (item.className !== entry.role) item.className = entry.role;
    setText(label, entry.label);
    setText(value, entry.value);
  });
}
