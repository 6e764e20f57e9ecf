/** How each kind of line looks, the same in every chart; dashes tell them apart where colours do not. */
import type { RunModel } from './api/contracts.ts';
import type { Theme } from './theme.ts';

export type LineRole =
  | 'observed'
  | 'forecast'
  | 'persistence'
  | 'climatology'
  | 'other'
  | 'earlier'
  | 'training'
  | 'validation'
  | 'kept';

export interface LineStyle {
  width: number;
  dash: number[];
  colour: (theme: Theme) => string;
  /** Lower is drawn later, on top. */
  order: number;
}

export const LINE_STYLES: Record<LineRole, LineStyle> = {
  observed: { width: 1.75, dash: [], colour: (theme) => theme.ink, order: 1 },
  forecast: { width: 2.5, dash: [], colour: (theme) => theme.accent, order: 0 },
  persistence: { width: 1.5, dash: [5, 3], colour: (theme) => theme.persistence, order: 2 },
  climatology: { width: 1.5, dash: [1.5, 3], colour: (theme) => theme.climatology, order: 3 },
  other: { width: 1.5, dash: [8, 3, 2, 3], colour: (theme) => theme.muted, order: 4 },
  earlier: { width: 1, dash: [], colour: (theme) => theme.earlier, order: 5 },
  training: { width: 1.25, dash: [], colour: (theme) => theme.climatology, order: 2 },
  validation: { width: 2, dash: [], colour: (theme) => theme.accent, order: 1 },
  /** The step whose weights were kept. */
  kept: { width: 0, dash: [], colour: (theme) => theme.persistence, order: 0 },
};

/** @param index place of the model in its run; the first is the forecast itself. */
export function roleOf(model: RunModel, index: number): LineRole {
  if (index === 0) return 'forecast';
  return model.id === 'persistence' || model.id === 'climatology' ? model.id : 'other';
}
