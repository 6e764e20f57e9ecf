/** What the mocked service tells of its own operation: jobs that mostly went well, an ingest with gaps, a disk, a machine. */
import type { Doctor, JobAttempt, Storage } from '../../dashboards/src/api/contracts.ts';
import { HOUR, iso } from './mock-world.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const SLOTS = 24;
/** Seconds after the hour that a job begins at, and that it takes. */
const JOBS = [
  ['ingest', 240, 38],
  ['forecast', 290, 21],
  ['verify', 320, 4],
  ['retain', 330, 1.2],
] as const;

/** Of the last day, the newest first: one forecast that succeeded at the third attempt, slots that were skipped, a source that was missing. */
export function mockAttempts(init: number, stations: number): JobAttempt[] {
  const attempts: JobAttempt[] = [];
  for (let slot = init - SLOTS + 1; slot <= init; slot++) {
    for (const [job, after, seconds] of JOBS) {
      const hour = slot % 24;
      const takes = seconds * (1 + 0.4 * Math.sin(slot * 1.7 + after));
      if (job === 'forecast' && hour === 21) {
        for (const attempt of [1, 2]) {
          attempts.push({
            ...attemptOf(job, slot, after + attempt * 60, 3.1),
            attempt,
            state: 'failed',
            error: FAILURE,
            log: logOf(slot, after + attempt * 60),
          });
        }
        attempts.push({ ...attemptOf(job, slot, after + 240, takes), attempt: 3 });
      } else if (job === 'verify' && hour === 15) {
        const skipped = { attempt: 0, state: 'skipped', ended_at: null, trace: null, error: SKIPPED } as const;
        attempts.push({ ...attemptOf(job, slot, after, 0), to: iso(slot + 1), ...skipped });
      } else if (!(job === 'verify' && hour === 16)) {
        attempts.push({
          ...attemptOf(job, slot, after, takes),
          ...(job === 'ingest' ? { ingested: ingestedAt(slot, stations) } : {}),
          ...(job === 'ingest' && hour === 2
            ? { note: 'isd: no answer from the source in 30 s; what it has is taken next time' }
            : {}),
        });
      }
    }
  }
  return attempts.reverse();
}

const FAILURE =
  'ENVIRONMENT: the model could not be opened: not enough memory\n  at unireplknet-sample (model.onnx)\n  Free some memory, or set --threads to fewer.';
/** Two lines of a log, the second one with a stack. */
function logOf(slot: number, after: number): JobAttempt['log'] {
  const at = new Date(slot * HOUR + after * 1000).toISOString();
  return [
    { at, level: 'info', text: 'the model is opened {"model":"unireplknet-sample"}' },
    { at, level: 'error', text: 'a job failed\nKernelcastError: the model could not be opened\n    at openSession' },
  ];
}
const SKIPPED = 'the service was away; scores of these hours are made with the next ones';

function attemptOf(job: string, slot: number, after: number, seconds: number): JobAttempt {
  const began = slot * HOUR + after * 1000;
  const trace = ((slot * 2654435761 + after * 40503) >>> 0).toString(16).padStart(8, '0').repeat(4);
  return {
    job,
    slot: iso(slot),
    to: iso(slot),
    attempt: 1,
    started_at: new Date(began).toISOString(),
    state: 'done',
    ended_at: new Date(began + Math.round(seconds * 1000)).toISOString(),
    error: null,
    note: null,
    trace,
    log: [],
    ingested: null,
  };
}

function ingestedAt(slot: number, stations: number): JobAttempt['ingested'] {
  const some = Math.round(stations * 0.6);
  const file = (name: string, of: number, missing: number, late: number) => ({
    file: name,
    stations: of,
    from: iso(slot - late),
    to: iso(slot + 1 - late),
    observed: of * 3 - missing,
    interpolated: Math.round(missing / 3),
    missing: missing - Math.round(missing / 3),
    rejected: { range: missing % 2, step: missing % 3, persistence: 0, spatial: Math.round(missing / 8) },
    gap_hours: missing > 20 ? 3 : 0,
  });
  const files = [file('gfs.t06z.pgrb2.0p25.f000.grib2', stations, 0, 0), file('isd-lite', some, 25, slot % 2)];
  return { added: (stations + some) * 3, replaced: 12, files };
}

export function mockStorage(dataset: string, init: number, runs: number, scored: number): Storage {
  return {
    datasets: [
      {
        dataset,
        to: iso(init + 1),
        updated_at: new Date(init * HOUR + 280_000).toISOString(),
        sources: ['isd-lite', 'gfs.t06z.pgrb2.0p25.f000.grib2'],
        observations: { bytes: 412 * MIB },
        runs: { count: runs, bytes: runs * 9 * MIB, oldest: iso(init - runs + 1), newest: iso(init) },
        scores: { count: scored, oldest: iso(init - 24 - scored), newest: iso(init - 24) },
      },
    ],
    models: { count: 1, bytes: 12 * MIB },
    disk: { free_bytes: 70 * GIB, total_bytes: 250 * GIB },
  };
}

export function mockDoctor(init: number): Doctor {
  return {
    checked_at: new Date(init * HOUR).toISOString(),
    checks: [
      { check: 'node', state: 'ok', found: 'v20.20.2', mend: null },
      { check: 'packages', state: 'ok', found: 'all packages load', mend: null },
      { check: 'memory', state: 'ok', found: '23.5 GiB', mend: null },
      { check: 'cores', state: 'ok', found: '16', mend: null },
      {
        check: 'training',
        state: 'warn',
        found: 'TensorFlow.js (plain JavaScript) 4.22.0 on the CPU: the native half of TensorFlow is not installed',
        mend: 'Run `npm run setup:tensorflow` before training a network; serving does without.',
      },
      { check: 'serving', state: 'ok', found: 'ONNX Runtime 1.30.0 on the CPU', mend: null },
      { check: 'store', state: 'ok', found: '/var/lib/kernelcast can be written', mend: null },
      { check: 'disk', state: 'ok', found: '70.0 GiB', mend: null },
      { check: 'clock', state: 'ok', found: new Date(init * HOUR).toISOString(), mend: null },
    ],
  };
}
