/**
 * Draws the parameters of a fresh network from its specs. Equal specs and seeds give equal weights on every machine.
 *
 *     const weights = initialise(networkSpecs(config, 'training'), seededRandom('my run'));
 */
import type { Random } from '../../src/domain/random.ts';
import type { NamedTensor } from '../weights/safetensors.ts';
import type { Initializer, ParameterSpec } from './parameters.ts';

export function initialise(specs: readonly ParameterSpec[], random: Random): Map<string, NamedTensor> {
  const weights = new Map<string, NamedTensor>();
  for (const { name, shape, init } of specs) {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const draw = drawer(init, random);
    for (let i = 0; i < values.length; i++) values[i] = draw();
    weights.set(name, { shape, values });
  }
  return weights;
}

function drawer(init: Initializer, random: Random): () => number {
  switch (init.kind) {
    case 'constant':
      return () => init.value;
    case 'uniform':
      return () => (2 * random.uniform() - 1) * init.bound;
    case 'normal':
      return () => random.normal() * init.std;
    case 'truncated-normal':
      return () => {
        // Drawing again until a value lies inside is exact, and rare as long as the cut is not far below `std`.
        for (;;) {
          const value = random.normal() * init.std;
          if (Math.abs(value) <= init.cut) return value;
        }
      };
  }
}
