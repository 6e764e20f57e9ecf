/** The curve of a training as SVG: the loss of each report and the validations, on logarithmic scales where that helps. */
import type { LogLine } from './training-log.ts';

const [WIDTH, HEIGHT] = [720, 400];
const MARGIN = { top: 40, right: 24, bottom: 44, left: 64 };
const COLOURS = { loss: '#8aa4bf', validation: '#c2410c', best: '#7c2d12' };

/** @param selectBy the measure that is drawn of each validation */
export function trainingPicture(lines: readonly LogLine[], selectBy: string): string {
  const losses = lines.map(({ step, loss }): Point => [step, loss]);
  const validations = lines.flatMap(({ step, validation }): Point[] =>
    validation ? [[step, validation[selectBy]]] : [],
  );
  const best = lines.findLast(({ isBest }) => isBest);
  // The loss is shown on the validation's scale only where they are the same thing.
  const curves = selectBy === 'loss' ? [...losses, ...validations] : validations;
  const lastStep = Math.max(1, ...lines.map(({ step }) => step));
  const y = scaleOf(curves.map(([, value]) => value));
  const x = (step: number) => MARGIN.left + ((WIDTH - MARGIN.left - MARGIN.right) * step) / lastStep;
  const path = (points: readonly Point[]) =>
    points
      .map(([step, value], i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)},${y.place(value).toFixed(1)}`)
      .join('');
  const dots = validations.map(
    ([step, value]) => `<circle cx="${x(step).toFixed(1)}" cy="${y.place(value).toFixed(1)}" r="2.5"/>`,
  );
  const bestValue = best?.validation?.[selectBy];
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(MARGIN.left, 22, title(selectBy, best?.step, bestValue), 'font-size="14" fill="#222"'),
    ...y.ticks.map((value) => gridLine(y.place(value), tick(value))),
    ...ticksUpTo(lastStep).map((step) =>
      text(x(step), HEIGHT - MARGIN.bottom + 18, tick(step), 'text-anchor="middle"'),
    ),
    text(WIDTH - MARGIN.right, HEIGHT - 8, 'step', 'text-anchor="end"'),
    ...(selectBy === 'loss' ? [`<path d="${path(losses)}" stroke="${COLOURS.loss}" fill="none"/>`] : []),
    `<path d="${path(validations)}" stroke="${COLOURS.validation}" stroke-width="1.5" fill="none"/>`,
    `<g fill="${COLOURS.validation}">${dots.join('')}</g>`,
    ...(best && bestValue !== undefined
      ? [
          `<circle cx="${x(best.step).toFixed(1)}" cy="${y.place(bestValue).toFixed(1)}" r="6" fill="none" ` +
            `stroke="${COLOURS.best}" stroke-width="2"/>`,
        ]
      : []),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `font-family="system-ui, sans-serif" font-size="11" fill="#555">\n${parts.join('\n')}\n</svg>\n`
  );
}

type Point = [step: number, value: number];

function title(selectBy: string, step: number | undefined, value: number | undefined): string {
  const what =
    selectBy === 'loss' ? 'Loss: training (blue), validation of the averaged weights (red)' : `Validation: ${selectBy}`;
  return step === undefined ? what : `${what}; best ${value!.toPrecision(4)} at step ${step}`;
}

/** From values to places, over their range without the worst twentieth, which the first steps are. */
function scaleOf(values: readonly number[]): { place: (value: number) => number; ticks: number[] } {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const low = sorted[0] ?? 0;
  const high = Math.max(sorted[Math.floor(0.95 * (sorted.length - 1))] ?? 1, low + 1e-6);
  const logarithmic = low > 0 && high / low > 8;
  const map = logarithmic ? Math.log : (value: number) => value;
  const [top, bottom] = [MARGIN.top, HEIGHT - MARGIN.bottom];
  const share = (value: number) => (map(value) - map(low)) / (map(high) - map(low));
  const ticks = Array.from({ length: 5 }, (_, i) =>
    logarithmic ? low * (high / low) ** (i / 4) : low + ((high - low) * i) / 4,
  );
  return { place: (value) => bottom - (bottom - top) * Math.min(1, Math.max(0, share(value))), ticks };
}

/** Round numbers, about six of them. */
function ticksUpTo(last: number): number[] {
  const rough = last / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, power * (rough / power < 2 ? 2 : rough / power < 5 ? 5 : 10));
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, i) => i * step);
}

function tick(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function gridLine(y: number, label: string): string {
  const line = `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#ddd"/>`;
  return line + text(MARGIN.left - 8, y + 4, label, 'text-anchor="end"');
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped}</text>`;
}
