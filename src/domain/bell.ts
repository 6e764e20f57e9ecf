/**
 * A bell that is rung from elsewhere and waited for: what was rung while nobody waited is heard by the next who does.
 *
 *     await bell.wait(10_000, signal);   // until `bell.ring()` or the signal, ten seconds at the most
 */
export class Bell {
  #isRung = false;
  #hear = () => {};

  ring(): void {
    this.#isRung = true;
    this.#hear();
  }

  async wait(mostMs: number, signal?: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const end = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, mostMs);
        signal?.addEventListener('abort', end);
        this.#hear = end;
      });
    }
    this.#isRung = false;
  }
}
