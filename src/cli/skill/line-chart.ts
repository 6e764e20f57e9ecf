/** A line chart as SVG, for pages of Markdown: a few series over a common axis, named beside their ends. */

export interface LineChart {
  title: string;
  x: { label: string; ticks: readonly number[] };
  y: { label: string };
  series: readonly { name: string; points: readonly (readonly [x: number, y: number])[] }[];
  /** Draws where y equals x. */
  diagonal?: boolean;
}

const [WIDTH, HEIGHT] = [760, 420];
const MARGIN = { top: 40, right: 190, bottom: 48, left: 60 };
const LINE_HEIGHT = 17;
/** Okabe & Ito (2008): told apart by people with any colour vision; each comes again dashed. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

export function lineChart({ title, x, y, series, diagonal }: LineChart): string {
  const points = series.flatMap((one) => one.points);
  const xs = [...x.ticks, ...points.map(([value]) => value)];
  const ys = points.map(([, value]) => value);
  const xOf = scale(Math.min(...xs), Math.max(...xs), MARGIN.left, WIDTH - MARGIN.right);
  const yTicks = ticksBetween(diagonal ? 0 : Math.min(0, ...ys), diagonal ? 1 : Math.max(...ys));
  const yOf = scale(yTicks[0], yTicks[yTicks.length - 1], HEIGHT - MARGIN.bottom, MARGIN.top);
  const bottom = HEIGHT - MARGIN.bottom;
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(MARGIN.left, 22, title, 'font-size="14" fill="#222"'),
    ...yTicks.map((value) => {
      const at = yOf(value).toFixed(1);
      const line = `<path d="M${MARGIN.left},${at}H${WIDTH - MARGIN.right}" stroke="#ddd"/>`;
      return line + text(MARGIN.left - 8, yOf(value) + 4, shortly(value), 'text-anchor="end"');
    }),
    ...x.ticks.map((value) => text(xOf(value), bottom + 18, shortly(value), 'text-anchor="middle"')),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 10, x.label, 'text-anchor="middle"'),
    text(0, 0, y.label, `text-anchor="middle" transform="translate(16 ${(MARGIN.top + bottom) / 2}) rotate(-90)"`),
    ...(diagonal ? [`<path d="M${xOf(0)},${yOf(0)}L${xOf(1)},${yOf(1)}" stroke="#999" stroke-dasharray="2 3"/>`] : []),
    ...series.flatMap((one, index) => [line(one.points, xOf, yOf, index), legend(one.name, index)]),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" ` +
    `font-family="system-ui, sans-serif" font-size="12" fill="#555" role="img">\n<title>${escaped(title)}</title>\n` +
    `${parts.join('\n')}\n</svg>\n`
  );
}

function line(
  points: readonly (readonly [number, number])[],
  xOf: (value: number) => number,
  yOf: (value: number) => number,
  index: number,
): string {
  const path = points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${xOf(a).toFixed(1)},${yOf(b).toFixed(1)}`).join('');
  return `<path d="${path}" fill="none" ${strokeOf(index)}/>`;
}

function legend(name: string, index: number): string {
  const x = WIDTH - MARGIN.right + 14;
  const y = MARGIN.top + 8 + index * LINE_HEIGHT;
  return `<path d="M${x},${y}h22" ${strokeOf(index)}/>${text(x + 28, y + 4, name)}`;
}

function strokeOf(index: number): string {
  const dashed = Math.floor(index / COLOURS.length) % 2 === 1 ? ' stroke-dasharray="5 3"' : '';
  return `stroke="${COLOURS[index % COLOURS.length]}" stroke-width="${index === 0 ? 2.5 : 1.5}"${dashed}`;
}

function scale(from: number, to: number, first: number, last: number): (value: number) => number {
  const span = to - from || 1;
  return (value) => first + ((value - from) / span) * (last - first);
}

/** Round numbers that hold both, about six of them. */
function ticksBetween(low: number, high: number): number[] {
  const rough = (high - low || 1) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough)!;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

function shortly(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${Number(x.toFixed(1))}" y="${Number(y.toFixed(1))}" ${attributes}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
