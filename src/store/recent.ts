/** A map of what was used last, up to a limit; what has not been used for longest leaves first. */

interface Slot<V> {
  value: V;
  weight: number;
}

export class Recent<V> {
  readonly #limit: number;
  /** In the order of their last use. */
  readonly #slots = new Map<string, Slot<V>>();
  #weight = 0;

  /** @param limit the weight of all values together; the newest stays, whatever it weighs */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const slot = this.#slots.get(key);
    if (!slot) return undefined;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return slot.value;
  }

  set(key: string, value: V, weight = 1): void {
    this.delete(key);
    this.#slots.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#slots.keys()) {
      if (this.#weight <= this.#limit || oldest === key) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (!slot) return;
    this.#slots.delete(key);
    this.#weight -= slot.weight;
  }
}
