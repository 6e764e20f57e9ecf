/** Progress of long work: a bar on a terminal, else a line each ten per cent or minute, always on standard error. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  update(done: number, total: number, note?: string): void;
  stop(): void;
}

const MILLISECONDS_BETWEEN_LINES = 60_000;

export function startProgress(doing: string): Progress {
  return process.stderr.isTTY ? bar(doing) : lines(doing);
}

function bar(doing: string): Progress {
  const format = `${doing} {bar} {percentage} % {value}/{total}, {eta_formatted} left {note}`;
  const single = new SingleBar({ format, hideCursor: true, etaBuffer: 50 });
  let started = false;
  return {
    update(done, total, note = '') {
      // What an interrupted run has done before is no measure of the speed.
      if (!started) single.start(total, done, { note });
      started = true;
      single.setTotal(total);
      single.update(done, { note });
    },
    stop: () => single.stop(),
  };
}

function lines(doing: string): Progress {
  let told = 0;
  let toldAt = Date.now();
  return {
    update(done, total, note = '') {
      const tenths = Math.floor((10 * done) / total);
      const now = Date.now();
      if (tenths <= told && now - toldAt < MILLISECONDS_BETWEEN_LINES) return;
      told = tenths;
      toldAt = now;
      process.stderr.write(`${doing}: ${done}/${total} ${note}\n`);
    },
    stop() {},
  };
}
