/** From the data part of a configuration to what the trainer draws examples from, and what the artefact says of it. */
import { createHash } from 'node:crypto';
import { alignStations } from '../../../src/domain/align-stations.ts';
import type { Series } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import { formatHour, type Hour, parseHour } from '../../../src/domain/time.ts';
import { KernelcastError } from '../../../src/errors.ts';
import { LEAD_HOURS } from '../../forecast-model.ts';
import type { TrainingData } from '../kinds/model-kind.ts';
import type { Sight, Units } from '../trainable.ts';
import type { TrainOptions } from '../trainer.ts';
import type { DataConfig } from '../training-config.ts';
import { ExampleSet, type SourceRanges } from './example-set.ts';
import { holdOut, holdOutPlaces } from './held-out-stations.ts';
import { HALF_YEAR, mirrorSeries, mirrorStations } from './mirror.ts';
import { MixedExamples } from './mixed-examples.ts';
import type { ObservationSource } from './observation-source.ts';
import { hoursOf, type InitRange, type Span, splitInits } from './spans.ts';
import { seamsBetween } from './stitched.ts';

const BYTES_PER_VALUE = 5;
const BYTES_PER_MB = 1e6;
/** The rest is left to training. */
const VALIDATION_SHARE = 0.25;
const VALIDATION_BATCH = 64;

/** One side of a source: what trains of it, or what validates. */
interface Part {
  source: ObservationSource;
  /** That are read. Those that are held out are not, in training; in validation all are, as a service would have them. */
  stations: readonly Station[];
  /** Those among them whose forecasts count. */
  forecast: readonly Station[];
  sight: Sight;
  ranges: readonly InitRange[];
  /** Of the training examples. */
  share: number | undefined;
}

export interface OpenTrainingData extends TrainingData {
  /** Cuts the data into examples for a network. */
  examples<Unit>(units: Units<Unit>): { training: TrainOptions<Unit, never>['training']; validation: ExampleSet<Unit> };
  /** What was used, for the artefact. */
  report: Record<string, unknown>[];
  /** Changes whenever the data are others. */
  identity: Record<string, unknown>;
}

/**
 * @param sources in the configuration's order
 * @param historyHours up to an init that an example reads
 * @throws KernelcastError `USAGE`, `TOO_LITTLE_DATA` and `STATIONS`, see `splitInits` and `holdOut`
 */
export function openTrainingData(
  config: DataConfig,
  sources: readonly ObservationSource[],
  historyHours: number,
): OpenTrainingData {
  const span = (given: { from: string; to: string } | undefined): Span | undefined =>
    given && { from: parseHour(given.from), to: parseHour(given.to) };
  const inits = splitInits(
    sources.map(({ name, from, to, stations }, index) => {
      const { train, validate, contiguous } = config.sources[index];
      const seams = contiguous && seamsBetween({ from, to }, stations);
      return { name, known: { from, to }, train: span(train), validate: span(validate), seams };
    }),
    { gapHours: config.gapHours, historyHours },
  );
  const parts = sources.map((source, index) => {
    const { stations } = source;
    const { train, validate } = inits[index];
    const { share, neighbours = true } = config.sources[index];
    const held = heldOut(config, index, { ...source, validates: validate.length > 0 });
    const trained = held ? held.train.map((station) => stations[station]) : stations;
    const validated = held ? held.validate.map((station) => stations[station]) : stations;
    const sight = { neighbours };
    // Where nobody sees neighbours, those that are not forecast need not be read.
    const seen = neighbours ? stations : validated;
    return {
      source,
      train: { source, stations: trained, forecast: trained, sight, ranges: train, share },
      validate: { source, stations: seen, forecast: validated, sight, ranges: validate, share: undefined },
    };
  });
  const memoryBytes = config.memoryMB * BYTES_PER_MB;
  const cut = <Unit>(part: Part, units: Units<Unit>): SourceRanges<Unit> => ({
    source: {
      units: part.ranges.length > 0 ? units(part.stations, part.forecast, part.sight) : [],
      bytesPerHour: bytesPerHour(part),
      historyHours,
      read: (from, to) => readPart(part, from, to),
    },
    ranges: part.ranges,
  });
  const validationSet = <Unit>(units: Units<Unit>) =>
    new ExampleSet(
      parts.map(({ validate }) => cut(validate, units)),
      memoryBytes * VALIDATION_SHARE,
    );
  const trained = parts
    .map(({ train }) => train)
    .filter(({ ranges }) => ranges.length > 0)
    .map((part) => (config.mirrorHemispheres ? [part, mirrored(part)] : [part]));
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
          const { from, to } = hoursOf(range, historyHours);
          for (let at = Math.max(from, train.source.from); at < to; at += most) {
            yield await readPart(train, at, Math.min(to, at + most));
          }
        }
      }
    },
    async *validationExamples(units, most) {
      yield* validationSet(units).spread(most, VALIDATION_BATCH);
    },
    examples(units) {
      const memory = memoryBytes * (1 - VALIDATION_SHARE);
      const setOf = (some: readonly Part[], bytes: number) =>
        new ExampleSet(
          some.map((part) => cut(part, units)),
          bytes,
        );
      const isMixed = trained.some(([{ share }]) => share !== undefined);
      const training = isMixed
        ? new MixedExamples(
            trained.map((some) => ({ examples: setOf(some, memory / trained.length), share: some[0].share! })),
          )
        : setOf(trained.flat(), memory);
      return { training, validation: validationSet(units) };
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

/** Which stations of a source train and which validate; undefined where all do both. */
function heldOut(
  { sources, holdOutStations, places }: DataConfig,
  index: number,
  source: { name: string; stations: readonly Station[]; validates: boolean },
): { train: number[]; validate: number[] } | undefined {
  const { contiguous, holdOut: what = 'stations' } = sources[index];
  if (contiguous && places) return holdOutPlaces(source, places);
  if (contiguous && source.validates) {
    throw new KernelcastError('USAGE', 'a source of stitched years can validate at other places only', {
      where: { source: source.name, field: 'data.places' },
      hint: 'Give data.places, or no span to validate on.',
    });
  }
  return holdOutStations && what === 'stations' ? holdOut(source, holdOutStations) : undefined;
}

/** The same part on the other hemisphere. */
function mirrored(part: Part): Part {
  const { source } = part;
  const stations = mirrorStations(part.stations);
  return {
    ...part,
    stations,
    forecast: stations,
    ranges: part.ranges.map(({ first, last }) => ({ first: first + HALF_YEAR, last: last + HALF_YEAR })),
    source: {
      ...source,
      from: source.from + HALF_YEAR,
      to: source.to + HALF_YEAR,
      read: async (from, to) => mirrorSeries(await readPart(part, from - HALF_YEAR, to - HALF_YEAR), stations),
    },
  };
}

/** Hours before the source's first are left out, and so missing. */
async function readPart({ source, stations }: Part, from: Hour, to: Hour): Promise<Series> {
  return alignStations(await source.read(Math.max(from, source.from), to), stations);
}

function bytesPerHour({ source, stations }: Part): number {
  return stations.length * source.variables * BYTES_PER_VALUE;
}

/** Target hours, both ends included. */
function reportOf({ source, forecast, share }: Part, role: string, range: InitRange): Record<string, unknown> {
  return {
    source: source.name,
    role,
    stations: forecast.length,
    ...(share !== undefined && { share }),
    firstTarget: formatHour(range.first + 1),
    lastTarget: formatHour(range.last + LEAD_HOURS),
    inits: range.last - range.first + 1,
  };
}

function fingerprint(stations: readonly Station[]): string {
  return createHash('sha256').update(JSON.stringify(stations)).digest('hex').slice(0, 16);
}
