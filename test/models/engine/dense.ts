/** Small tensors of the tests, worked on by plain loops. */
export interface Dense {
  shape: number[];
  data: Float32Array;
}

/** Deterministic, without ties, of both signs. */
export function ramp(shape: number[], seed = 1): Dense {
  const length = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from(
    { length },
    (_, i) => Math.sin(i * 1.7 + seed * 0.61) * 1.5 + Math.cos(i * 0.23 + seed),
  );
  return { shape, data };
}

export function dense(shape: number[], data: ArrayLike<number>): Dense {
  return { shape, data: Float32Array.from(data) };
}

/** Fills a tensor from a function of its indices. */
export function fill(shape: number[], value: (...at: number[]) => number): Dense {
  const length = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length }, (_, flat) => {
    const at = new Array<number>(shape.length);
    for (let i = shape.length - 1, rest = flat; i >= 0; i--) {
      at[i] = rest % shape[i];
      rest = Math.floor(rest / shape[i]);
    }
    return value(...at);
  });
  return { shape, data };
}

/** Reads an element; zero outside, as padding gives. */
export function at(x: Dense, ...index: number[]): number {
  let flat = 0;
  for (const [i, position] of index.entries()) {
    if (position < 0 || position >= x.shape[i]) return 0;
    flat = flat * x.shape[i] + position;
  }
  return x.data[flat];
}

export function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

export function total(values: number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** The error function by its Maclaurin series; exact to double precision for the small arguments used here. */
export function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
