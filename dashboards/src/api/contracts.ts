/** The shapes that the HTTP API answers with, as far as the pages read them. Missing values are null. */

export interface DatasetSummary {
  dataset: string;
  from: string;
  to: string;
  stations: number;
  variables: string[];
}

export interface JobStatus {
  name: string;
  state: string;
  lastSlot: string | null;
  lastFinishedAt: string | null;
  nextAt: string | null;
  lastError: string | null;
}

export interface ServingEngine {
  name: string;
  device: string;
  why: string;
}

/** A model as its card tells it. */
export interface ModelCard {
  id: string;
  name: string;
  kind: 'network' | 'baseline';
  weights_sha256: string | null;
  created_at: string | null;
  /** As the artefact has it; read with care. */
  training: Record<string, unknown> | null;
  architecture?: unknown;
  in_latest_run: boolean;
}

export interface Models {
  engine: ServingEngine | null;
  models: ModelCard[];
}

export interface Status {
  version: string;
  /** The service's clock, ISO 8601. */
  now: string;
  clock: { kind: 'system' | 'replay'; secondsPerHour?: number };
  dataset: string;
  datasets: DatasetSummary[];
  /** Initialisation time of the newest published run. */
  latestRun: string | null;
  /** What the service is still busy with before it has a first run. */
  preparing: string | null;
  jobs: JobStatus[];
}

export interface Station {
  id: string;
  name: string;
  country: string;
  latitude: number;
  longitude: number;
  /** Metres above mean sea level. */
  elevation: number | null;
}

export interface RunModel {
  id: string;
  name: string;
  kind: 'network' | 'baseline';
}

/** The first model is the default. */
export interface Run {
  init: string;
  createdAt: string;
  leadHours: number;
  models: RunModel[];
}

/** One run at all stations: `hourly[variable][lead - 1][station]`, °C, m/s and degrees. */
export interface RunValues {
  dataset: string;
  init: string;
  model: string;
  stations: string[];
  time: string[];
  hourly_units: Record<string, string>;
  hourly: Record<string, (number | null)[][]>;
}

/** One station, Open-Meteo's shape. With several models the names in `hourly` end in `_<model>`. */
export interface ForecastResponse {
  latitude: number;
  longitude: number;
  elevation: number | null;
  station: { id: string; name: string; country: string; distance_km?: number };
  run: { dataset: string; init: string };
  hourly_units: Record<string, string>;
  hourly: { time: string[] } & Record<string, (number | null)[] | string[]>;
}

export interface VariableScore {
  unit: string;
  count: number;
  mse: number | null;
  mae: number | null;
  rmse?: number | null;
  bias?: number | null;
  /** Of models that tell their uncertainty. */
  crps?: number | null;
  /** Share of observations within the band between the outer quantiles (80 %) and the inner ones (50 %). */
  coverage_80?: number | null;
  coverage_50?: number | null;
  skill_persistence: number | null;
  skill_climatology: number | null;
  by_lead: {
    lead: number[];
    mse: (number | null)[];
    mae: (number | null)[];
    crps?: (number | null)[];
  };
  /** Where stations were asked for, over all lead hours. */
  by_station?: { station: string[]; count: number[]; mse: (number | null)[]; mae: (number | null)[] };
}

export interface Verification {
  dataset: string;
  /** Number of runs that the scores are taken over. */
  runs: number;
  first: string | null;
  last: string | null;
  models: { model: string; variables: Record<string, VariableScore> }[];
}

/** Not in the API but of its health address: may the service be relied on now, and if not, why. */
export type Readiness = { ready: true } | { ready: false; reason: string };

/** What was observed at one station; several come as a list of these. */
export interface ObservedPlace {
  station: { id: string };
  hourly: { time: string[] } & Record<string, (number | null)[] | string[]>;
}

/** How a model was trained, along its steps. */
export interface TrainingLog {
  model: string;
  /** The step whose weights were kept. */
  best_step: number | null;
  steps: number[];
  loss: (number | null)[];
  /** Null where there was no validation. */
  validation: (Record<string, number | null> | null)[];
}
