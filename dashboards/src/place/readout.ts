/** The legend of a chart, which also reads out the values at the marked hour. */
import { element, setText } from '../dom.ts';
import { compassPoint, decimal } from '../format/quantity.ts';
import { type ChartLine, valueAt } from './chart-data.ts';

/** Fills a `<ul>`: one item a line, with a swatch in the line's style. Items are kept, so that values change without a flicker. */
export function fillReadout(list: HTMLElement, lines: readonly ChartLine[], marked: number, init: number): void {
  while (list.children.length > lines.length) list.lastElementChild?.remove();
  lines.forEach((line, index) => {
    let item = list.children[index];
    if (!item) {
      item = element('li', {}, element('i', { 'aria-hidden': 'true' }), element('span'), element('b'));
      list.append(item);
    }
    const [, label, value] = item.children;
    if (item.className !== line.role) item.className = line.role;
    setText(label, line.label);
    setText(value, decimal(valueAt(line, marked, init)));
  });
}

/** `5.2 m/s from WNW` */
export function windText(speed: number | null | undefined, direction: number | null | undefined): string {
  const from = typeof direction === 'number' ? ` from ${compassPoint(direction)}` : '';
  return `${decimal(speed)} m/s${from}`;
}
