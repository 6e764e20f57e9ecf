/** An answer that turned out to follow from something newer than it said is made anew. */

export class StaleBasis extends Error {
  override readonly name = 'StaleBasis';
}

/** Does the work again as long as what it follows from changes under its hands. */
export async function untilFresh(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StaleBasis)) throw error;
    }
  }
}
