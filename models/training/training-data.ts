/** From the data part of a configuration to what the trainer draws examples from, and what the artefact says of it. */
import { createHash } from 'node:crypto';
import { alignStations } from '../../src/domain/align-stations.ts';
import type { Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import { formatHour, type Hour, parseHour } from '../../src/domain/time.ts';
import { ExampleSet, type SourceRanges } from './example-set.ts';
import { holdOut } from './held-out-stations.ts';
import { HALF_YEAR, mirrorSeries, mirrorStations } from './mirror.ts';
import type { TrainingData } from './model-kind.ts';
import type { ObservationSource } from './observation-source.ts';
import { hoursOf, type InitRange, type Span, splitInits } from './spans.ts';
import type { Trainable } from './trainable.ts';
import type { DataConfig } from './training-config.ts';

const BYTES_PER_VALUE = 5;
const BYTES_PER_MB = 1e6;
/** The rest is left to training. */
const VALIDATION_SHARE = 0.25;
const VALIDATION_BATCH = 64;

/** One side of a source: the stations of it that train, or that validate, at the inits that do. */
interface Part {
  source: ObservationSource;
  stations: readonly Station[];
  ranges: readonly InitRange[];
}

export interface OpenTrainingData extends TrainingData {
  /** Cuts the data into examples for a network. */
  examples<Unit>(units: Trainable<Unit, never>['units']): { training: ExampleSet<Unit>; validation: ExampleSet<Unit> };
  /** What was used, for the artefact. */
  report: Record<string, unknown>[];
  /** Changes whenever the data are others. */
  identity: Record<string, unknown>;
}

/**
 * @param sources in the configuration's order
 * @throws KernelcastError `USAGE`, `TOO_LITTLE_DATA` and `STATIONS`, see `splitInits` and `holdOut`
 */
export function openTrainingData(config: DataConfig, sources: readonly ObservationSource[]): OpenTrainingData {
  const span = (given: { from: string; to: string } | undefined): Span | undefined =>
    given && { from: parseHour(given.from), to: parseHour(given.to) };
  const inits = splitInits(
    sources.map(({ name, from, to }, index) => {
      const { train, validate } = config.sources[index];
      return { name, known: { from, to }, train: span(train), validate: span(validate) };
    }),
    config.gapHours,
  );
  const parts = sources.map((source, index) => {
    const { holdOutStations } = config;
    const held = holdOutStations && holdOut(source.stations, holdOutStations, source.name);
    const part = (role: 'train' | 'validate'): Part => ({
      source,
      stations: held ? held[role].map((station) => source.stations[station]) : source.stations,
      ranges: inits[index][role],
    });
    return { source, train: part('train'), validate: part('validate') };
  });
  const memoryBytes = config.memoryMB * BYTES_PER_MB;
  const validationSet = <Unit>(units: Trainable<Unit, never>['units']) =>
    new ExampleSet(
      parts.map(({ validate }) => rangesOf(validate, units)),
      memoryBytes * VALIDATION_SHARE,
    );
  return {
    sources: parts.map(({ source, train, validate }) => ({
      name: source.name,
      stations: source.stations,
      trains: train.ranges.length > 0,
      validates: validate.ranges.length > 0,
    })),
    async *trainingHours() {
      for (const { train } of parts) {
        const most = Math.max(1, Math.floor((memoryBytes * VALIDATION_SHARE) / bytesPerHour(train)));
        for (const range of train.ranges) {
          const { from, to } = hoursOf(range);
          for (let at = from; at < to; at += most) yield await readPart(train, at, Math.min(to, at + most));
        }
      }
    },
    async *validationExamples(units) {
      const all = validationSet(units);
      yield* all.spread(all.size, VALIDATION_BATCH);
    },
    examples(units) {
      const training = parts.flatMap(({ train }) => [
        rangesOf(train, units),
        ...(config.mirrorHemispheres ? [mirrored(train, units)] : []),
      ]);
      return {
        training: new ExampleSet(training, memoryBytes * (1 - VALIDATION_SHARE)),
        validation: validationSet(units),
      };
    },
    report: parts.flatMap(({ train, validate }) => [
      ...train.ranges.map((range) => reportOf(train, 'training', range)),
      ...validate.ranges.map((range) => reportOf(validate, 'validation', range)),
    ]),
    identity: Object.fromEntries(
      sources.map((source) => [source.name, { revision: source.revision, stations: fingerprint(source.stations) }]),
    ),
  };
}

function rangesOf<Unit>(part: Part, units: Trainable<Unit, never>['units']): SourceRanges<Unit> {
  const source = {
    units: part.ranges.length > 0 ? units(part.stations) : [],
    bytesPerHour: bytesPerHour(part),
    read: (from: Hour, to: Hour) => readPart(part, from, to),
  };
  return { source, ranges: part.ranges };
}

function mirrored<Unit>(part: Part, units: Trainable<Unit, never>['units']): SourceRanges<Unit> {
  const stations = mirrorStations(part.stations);
  const source = {
    units: part.ranges.length > 0 ? units(stations) : [],
    bytesPerHour: bytesPerHour(part),
    read: async (from: Hour, to: Hour) =>
      mirrorSeries(await readPart(part, from - HALF_YEAR, to - HALF_YEAR), stations),
  };
  const ranges = part.ranges.map(({ first, last }) => ({ first: first + HALF_YEAR, last: last + HALF_YEAR }));
  return { source, ranges };
}

async function readPart({ source, stations }: Part, from: Hour, to: Hour): Promise<Series> {
  return alignStations(await source.read(from, to), stations);
}

function bytesPerHour({ source, stations }: Part): number {
  return stations.length * source.variables * BYTES_PER_VALUE;
}

/** Target hours, both ends included. */
function reportOf({ source, stations }: Part, role: string, range: InitRange): Record<string, unknown> {
  return {
    source: source.name,
    role,
    stations: stations.length,
    firstTarget: formatHour(range.first + 1),
    lastTarget: formatHour(hoursOf(range).to - 1),
    inits: range.last - range.first + 1,
  };
}

function fingerprint(stations: readonly Station[]): string {
  return createHash('sha256').update(JSON.stringify(stations)).digest('hex').slice(0, 16);
}
