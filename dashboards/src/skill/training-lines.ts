/** The lines of the curve of a training, from its log. Pure. */
import type { TrainingLog } from '../api/contracts.ts';
import { wholeNumber } from '../format/quantity.ts';
import { text } from '../i18n/language.ts';
import type { ScoreLine } from './line-chart.ts';

const LOSS = 'loss';

/** The loss is drawn only beside validations of the loss: other measures are on another scale. */
export function trainingLines({ steps, loss, validation, best_step }: TrainingLog): {
  lines: ScoreLine[];
  best: { step: number; value: number } | undefined;
} {
  const measures = [...new Set(validation.flatMap((held) => Object.keys(held ?? {})))];
  const measure = measures.includes(LOSS) ? LOSS : measures[0];
  const held = validation.flatMap((values, index) => {
    const value = measure === undefined ? undefined : values?.[measure];
    return typeof value === 'number' ? [{ x: steps[index], y: value }] : [];
  });
  const words = text();
  const lines: ScoreLine[] = [];
  if (measure === undefined || measure === LOSS) {
    const points = steps.map((step, index) => ({ x: step, y: loss[index] }));
    lines.push({ role: 'training', label: words.trainingLoss, points });
  }
  if (held.length > 0) lines.push({ role: 'validation', label: words.validationOf(measure), points: held, dots: 2 });
  const best = held.find(({ x }) => x === best_step);
  if (!best) return { lines, best: undefined };
  lines.push({ role: 'kept', label: words.keptStep(wholeNumber(best.x)), points: [best], dots: 5 });
  return { lines, best: { step: best.x, value: best.y } };
}
