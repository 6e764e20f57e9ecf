/**
 * Holds the tensors of a checkpoint against the parameters that an architecture declares: every name, every shape.
 *
 *     const weights = requireSpecs(decodeSafetensors(bytes, file).tensors, networkSpecs(config, 'training'));
 */
import { KernelcastError } from '../../src/errors.ts';
import type { ParameterSpec } from '../engine/parameters.ts';

/** Anything with a shape, by name: tensors on the host or in an engine, or entries of a header. */
export type Shapes = ReadonlyMap<string, { shape: readonly number[] }>;

/** What an architecture says of a tensor. */
export type DeclaredTensor = Pick<ParameterSpec, 'name' | 'shape'>;

export interface CheckpointDifference {
  /** Declared, but not in the checkpoint. */
  missing: string[];
  /** In the checkpoint, but not declared. */
  extra: string[];
  wrongShape: { tensor: string; expected: readonly number[]; found: readonly number[] }[];
}

/** PyTorch's batch norms count their batches; the count takes no part in anything. */
function isCounter(name: string): boolean {
  return name.endsWith('num_batches_tracked');
}

export function compareToSpecs(tensors: Shapes, specs: readonly DeclaredTensor[]): CheckpointDifference {
  const declared = new Set(specs.map(({ name }) => name));
  const difference: CheckpointDifference = {
    missing: [],
    extra: [...tensors.keys()].filter((name) => !declared.has(name) && !isCounter(name)),
    wrongShape: [],
  };
  for (const { name, shape } of specs) {
    const found = tensors.get(name)?.shape;
    if (!found) difference.missing.push(name);
    else if (found.length !== shape.length || found.some((size, i) => size !== shape[i])) {
      difference.wrongShape.push({ tensor: name, expected: shape, found });
    }
  }
  return difference;
}

/**
 * @returns the declared tensors, in the order of the specs.
 * @throws KernelcastError `MODEL` that names the first tensors at fault, with both shapes where they differ.
 */
export function requireSpecs<T extends { shape: readonly number[] }>(
  tensors: ReadonlyMap<string, T>,
  specs: readonly DeclaredTensor[],
  { file, allowExtra = false }: { file?: string; allowExtra?: boolean } = {},
): Map<string, T> {
  const { missing, extra, wrongShape } = compareToSpecs(tensors, specs);
  const problems = [
    summary('missing', missing),
    summary(
      'of the wrong shape',
      wrongShape.map(({ tensor, expected, found }) => `${tensor} (expected [${expected}], found [${found}])`),
    ),
    allowExtra ? '' : summary('not known', extra),
  ].filter((text) => text !== '');
  if (problems.length > 0) {
    const [tensor] = [...wrongShape.map((wrong) => wrong.tensor), ...missing, ...extra];
    throw new KernelcastError('MODEL', `the weights do not fit the architecture: ${problems.join('; ')}`, {
      where: { ...(file ? { file } : {}), tensor },
      hint: hintFor(tensors, specs),
    });
  }
  return new Map(specs.map(({ name }) => [name, tensors.get(name)!]));
}

const NAMED = 3;

function summary(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.length} ${what}: ${names.slice(0, NAMED).join(', ')}${more}`;
}

function hintFor(tensors: Shapes, specs: readonly DeclaredTensor[]): string {
  const [first] = specs;
  const wrapped = [...tensors.keys()].find((name) => name !== first?.name && name.endsWith(`.${first?.name}`));
  return wrapped
    ? `All names seem to begin with '${wrapped.slice(0, -first.name.length)}': save the inner table, without it.`
    : 'Check that the checkpoint is of this variant, and in this form (training or fused).';
}
