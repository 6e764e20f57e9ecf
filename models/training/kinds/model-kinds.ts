/** The kinds of model that `kernelcast train --model` can make. A new one is an entry here and a file beside this one. */
import { KernelcastError } from '../../../src/errors.ts';
import { corrFormerKind } from './corrformer.ts';
import type { ModelKind } from './model-kind.ts';
import { stationSetKind } from './station-set.ts';
import { forecasterKind } from './universal.ts';
import { upwindKind } from './upwind.ts';

const KINDS: ReadonlyMap<string, ModelKind> = new Map<string, ModelKind>([
  ['forecaster', forecasterKind],
  ['universal', upwindKind],
  ['station-set', stationSetKind],
  ['corrformer', corrFormerKind],
]);

export const DEFAULT_KIND = 'forecaster';

/** @throws KernelcastError `NOT_FOUND` naming the kinds that there are */
export function modelKind(name: string): ModelKind {
  const kind = KINDS.get(name);
  if (kind) return kind;
  throw new KernelcastError('NOT_FOUND', `there is no kind of model '${name.slice(0, 80)}'`, {
    hint: `One of ${[...KINDS.keys()].join(', ')}.`,
  });
}
