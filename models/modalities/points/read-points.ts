/**
 * Point clouds from PLY, OFF and XYZ files: where the points are, and nothing else of them. Which of the three it is, is
 * told by the content.
 */
import { KernelcastError } from '../../../src/errors.ts';
import { isPly, readPly } from './ply.ts';

/** Points in space, [point, 3], in whatever unit the file has. */
export type Points = Float64Array;

const HEAD_BYTES = 4096;
const OFF_MARK = /^\s*(#[^\n]*\n\s*)*(ST|C|N|4|n){0,4}OFF\b/;

export function isPointCloud(head: Uint8Array): boolean {
  return isPly(head) || OFF_MARK.test(textOf(head)) || looksLikeXyz(head);
}

/** @throws KernelcastError `FORMAT` when the file is none of the three, is damaged, or has no points. */
export function readPoints(bytes: Uint8Array, file: string): Points {
  const points = isPly(bytes) ? readPly(bytes, file) : readText(textOf(bytes), file);
  if (points.length === 0) throw new KernelcastError('FORMAT', 'the file holds no points', { where: { file } });
  const wrong = points.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new KernelcastError('FORMAT', 'a coordinate is no number', { where: { file, point: Math.floor(wrong / 3) } });
  }
  return points;
}

function readText(text: string, file: string): Points {
  return OFF_MARK.test(text.slice(0, HEAD_BYTES)) ? readOff(text, file) : readXyz(text, file);
}

/** Vertices of a mesh, with or without further numbers behind the coordinates. The counts may stand behind the word OFF. */
function readOff(text: string, file: string): Points {
  const lines = contentLines(text);
  const [, counted] = /OFF\b\s*(.*)$/.exec(lines[0])!;
  const counts = (counted || lines[1] || '').trim().split(/\s+/).map(Number);
  const first = counted ? 1 : 2;
  const count = counts[0];
  if (!Number.isInteger(count) || count < 0 || lines.length < first + count) {
    throw new KernelcastError('FORMAT', 'the OFF file has fewer points than it says', {
      where: { file, points: Number.isInteger(count) ? count : 0, lines: lines.length - first },
    });
  }
  return coordinates(lines.slice(first, first + count), file);
}

/** A point a line: x, y, z, and whatever else, between blanks, commas or semicolons. A first line of words is a header. */
function readXyz(text: string, file: string): Points {
  const lines = contentLines(text);
  const isHeader = lines.length > 0 && numbersOf(lines[0]).slice(0, 3).some(Number.isNaN);
  // The XYZ files of chemists begin with the number of atoms, and name each of them: those are no point clouds.
  return coordinates(isHeader ? lines.slice(1) : lines, file);
}

function coordinates(lines: readonly string[], file: string): Points {
  const points = new Float64Array(lines.length * 3);
  for (const [line, text] of lines.entries()) {
    const numbers = numbersOf(text);
    if (numbers.length < 3) {
      throw new KernelcastError('FORMAT', 'a point has fewer than three coordinates', { where: { file, point: line } });
    }
    points.set(numbers.slice(0, 3), line * 3);
  }
  return points;
}

function numbersOf(line: string): number[] {
  return line
    .trim()
    .split(/[\s,;]+/)
    .map(Number);
}

function contentLines(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !/^\s*(#|\/\/)/.test(line));
}

/** Three and more numbers in each of the first lines, and as many in all. */
function looksLikeXyz(head: Uint8Array): boolean {
  if (head.some((byte) => byte === 0 || byte > 126)) return false;
  const lines = contentLines(textOf(head)).slice(0, 6);
  const whole = head.length < HEAD_BYTES ? lines : lines.slice(0, -1);
  const columns = whole.map((line) => numbersOf(line)).filter((numbers, i) => i > 0 || numbers.every(Number.isFinite));
  return columns.length > 0 && columns.every((numbers) => numbers.length >= 3 && numbers.every(Number.isFinite));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
