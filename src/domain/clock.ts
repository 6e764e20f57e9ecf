/** The time of the service, handed in wherever it is needed, so that tests and the replayed sample world can set it. */

export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
