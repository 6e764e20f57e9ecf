/** The wind rose: how many hours the wind came from each side, and how strong it was. Drawn on a canvas, told as a list. */
import { element } from '../dom.ts';
import { decimal, share } from '../format/quantity.ts';
import { unit } from '../format/units.ts';
import { text } from '../i18n/language.ts';
import { openCanvas } from '../map/canvas.ts';
import type { Theme } from '../theme.ts';
import { ROSE_SECTORS, SPEED_CLASSES, type WindRose } from './by-day.ts';

const SIZE = { width: 220, height: 220 };
const MARGIN = 22;

export function drawWindRose(
  canvas: HTMLCanvasElement,
  rose: WindRose,
  theme: Theme,
  colours: readonly string[],
): void {
  const context = openCanvas(canvas, SIZE);
  const [x, y, reach] = [SIZE.width / 2, SIZE.height / 2, SIZE.width / 2 - MARGIN];
  const totals = rose.sectors.map((classes) => classes.reduce((sum, hours) => sum + hours, 0));
  const most = Math.max(1, ...totals);
  context.strokeStyle = theme.grid;
  context.lineWidth = 1;
  for (const ring of [1 / 3, 2 / 3, 1]) {
    context.beginPath();
    context.arc(x, y, reach * ring, 0, 7);
    context.stroke();
  }
  const half = (Math.PI / ROSE_SECTORS) * 0.78;
  rose.sectors.forEach((classes, sector) => {
    const angle = (2 * Math.PI * sector) / ROSE_SECTORS - Math.PI / 2;
    let inner = 0;
    classes.forEach((hours, index) => {
      if (hours === 0) return;
      const outer = inner + (hours / most) * reach;
      context.beginPath();
      context.arc(x, y, outer, angle - half, angle + half);
      context.arc(x, y, inner, angle + half, angle - half, true);
      context.closePath();
      context.fillStyle = colours[index];
      context.fill();
      inner = outer;
    });
  });
  context.fillStyle = theme.muted;
  context.font = `600 ${theme.textSize(11)}px ${theme.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const sector of [0, 4, 8, 12]) {
    const angle = (2 * Math.PI * sector) / ROSE_SECTORS - Math.PI / 2;
    context.fillText(text().compass(sector), x + Math.cos(angle) * (reach + 12), y + Math.sin(angle) * (reach + 12));
  }
  canvas.setAttribute('aria-label', roseSummary(rose));
}

/** The classes of speed in the person's unit, with their colours. */
export function fillRoseLegend(list: HTMLElement, rose: WindRose, colours: readonly string[]): void {
  const { of, label } = unit('speed');
  const ends = SPEED_CLASSES.map((end) => decimal(of(end), 0));
  const items = SPEED_CLASSES.map((end, index) => {
    const from = index === 0 ? '0' : ends[index - 1];
    const swatch = element('i', { 'aria-hidden': 'true' });
    swatch.style.background = colours[index];
    return element('li', {}, swatch, Number.isFinite(end) ? `${from}–${ends[index]} ${label}` : `> ${from} ${label}`);
  });
  const calm = rose.hours === 0 ? undefined : rose.calm / rose.hours;
  list.replaceChildren(...items, element('li', {}, element('i'), `${text().calm}: ${share(calm)}`));
}

function roseSummary({ sectors, hours }: WindRose): string {
  const parts = sectors
    .map((classes, sector) => ({ sector, hours: classes.reduce((sum, count) => sum + count, 0) }))
    .filter((of) => of.hours > 0)
    .sort((a, b) => b.hours - a.hours)
    .slice(0, 4)
    .map((of) => text().windRoseSector(text().compass(of.sector), share(of.hours / hours)));
  return `${text().windRoseOf(hours)}. ${parts.join(', ')}`;
}
