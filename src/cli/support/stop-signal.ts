/** The first Ctrl-C (or SIGTERM) asks long work to come to a good end; the second one ends the process at once, as ever. */

export interface StopSignal {
  signal: AbortSignal;
  /** Signals are the system's again. */
  release(): void;
}

export function stopSignal(): StopSignal {
  const controller = new AbortController();
  const release = () => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
  };
  const stop = () => {
    release();
    process.stderr.write('stopping after this step; once more to end at once\n');
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop);
  return { signal: controller.signal, release };
}
