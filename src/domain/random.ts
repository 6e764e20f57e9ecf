/**
 * Random numbers that are the same on every machine: the generator sfc32 of C. Doty-Humphrey's PractRand, seeded from a text.
 *
 *     const random = seededRandom('sample-world/1');
 *     random.uniform(); // in [0, 1)
 *     random.normal();  // mean 0, standard deviation 1
 */

export interface Random {
  /** In [0, 1), with 32 random bits. */
  uniform(): number;
  /** Gaussian of mean 0 and standard deviation 1. */
  normal(): number;
}

/** Equal seeds give equal sequences; seeds that differ in one letter give unrelated ones. */
export function seededRandom(seed: string | number): Random {
  const next = sfc32(hash(String(seed)));
  const uniform = () => next() / 2 ** 32;
  let spare: number | undefined;
  return {
    uniform,
    /** Box and Muller's transform; each pair of uniform numbers serves two calls. */
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** FNV-1a over the UTF-16 code units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value;
}

/** Three words of state and a counter; the first rounds are thrown away, as its author advises, to mix the seed in. */
function sfc32(seed: number): () => number {
  let a = seed | 0;
  let b = Math.imul(seed, 0x9e3779b9) | 0;
  let c = ~seed;
  let counter = 1;
  const next = () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}
