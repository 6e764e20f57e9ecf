/** The answers of the API as the pages name them: the generated client's types, which a test holds to the API's description. */
import type { Gets, PlaceAnswer } from '../../../src/client/types.ts';

type Answer<Path extends keyof Gets> = Gets[Path]['answer'];

export type Status = Answer<'/v1/status'>;
export type JobStatus = Status['jobs'][number];

export type Station = Answer<'/v1/stations'>['stations'][number];

/** The first model is the default. */
export type Run = Answer<'/v1/runs'>['runs'][number];
export type RunModel = Pick<Run['models'][number], 'id' | 'name' | 'kind'>;

/** One run at all stations: `hourly[variable][lead - 1][station]`, °C, m/s and degrees. */
export type RunValues = Pick<
  Answer<'/v1/runs/{init}/values'>,
  'dataset' | 'init' | 'model' | 'stations' | 'time' | 'hourly_units' | 'hourly'
>;

/** The page asks for no Unix times. */
type Hourly = { time: string[] } & Record<string, (number | null)[] | string[]>;

/** One station. With several models the names in `hourly` end in `_<model>`. */
export type ForecastResponse = Pick<PlaceAnswer, 'latitude' | 'longitude' | 'elevation'> & {
  station: Pick<PlaceAnswer['station'], 'id' | 'name' | 'country'> & Partial<PlaceAnswer['station']>;
  run: Pick<NonNullable<PlaceAnswer['run']>, 'dataset' | 'init'>;
  hourly_units: Record<string, string>;
  hourly: Hourly;
};
/** What was observed at one station. */
export type ObservedPlace = { station: Pick<PlaceAnswer['station'], 'id'>; hourly: Hourly };

/** As its artefact has it; read with care. */
type Told = Record<string, unknown> | null;
export type ModelCard = Omit<Answer<'/v1/models'>['models'][number], 'training' | 'scores'> & { training: Told };
export type Models = Pick<Answer<'/v1/models'>, 'engine'> & { models: ModelCard[] };
/** How a model was trained, along its steps. */
export type TrainingLog = Answer<'/v1/models/{id}/training'>;

type Verified = Answer<'/v1/verification'>;
type Score = Verified['models'][number]['variables'][string];
export type VariableScore = Omit<Score, 'by_lead' | 'by_station'> & {
  by_lead: Pick<Score['by_lead'], 'lead' | 'mse' | 'mae'> & Partial<Score['by_lead']>;
  by_station?: Pick<NonNullable<Score['by_station']>, 'station' | 'count' | 'mse' | 'mae'>;
};
export type Verification = Omit<Verified, 'models'> & {
  models: { model: string; variables: Record<string, VariableScore> }[];
};

/** Not in the API but of its health address: may the service be relied on now, and if not, why. */
export type Readiness = { ready: true } | { ready: false; reason: string };

/** One attempt of a job at a slot, or slots that were skipped together. */
export type JobAttempt = Answer<'/v1/jobs'>['attempts'][number];
/** What a file or source brought; counts are values: hours x stations x variables. */
export type IngestedFile = NonNullable<JobAttempt['ingested']>['files'][number];
export type Storage = Answer<'/v1/storage'>;
export type Doctor = Answer<'/v1/doctor'>;
export type Finding = Doctor['checks'][number];
