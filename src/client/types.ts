/** The requests and answers of the API, made of its description by make-types.ts: do not edit. */

type OneOrMore<T> = T | readonly T[];
type Values = (number | null)[];

export type PlaceAnswer = {
  /** of the station that answers */ latitude: number;
  longitude: number;
  /** metres above mean sea level */ elevation: number | null;
  /** always 0: the answer's bytes follow from the run alone */ generationtime_ms: 0;
  utc_offset_seconds: number;
  timezone: string;
  timezone_abbreviation: string;
  /** the place in the list of locations, from 1 on */ location_id?: number;
  /** when what is answered was made: the run, else the newest observations */ generated_at: string;
  station: { id: string; name: string; country: string; elevation: number | null; /** from the position that was asked for */ distance_km: number };
  run?: {
    dataset: string;
    /** the last hour whose observations the run used */ init: string;
    created_at: string;
    /** when the next run is due, by the service's clock */ valid_until: string | null;
    /** id of the first model */ model: string;
    weights_sha256: string | null;
    /** all models of the answer */ models: ({ id: string; /** tells the exact weights; null for a model that has none */ weights_sha256: string | null })[];
  };
  /** what is observed so far; `to` is the hour after the last */ observations?: { dataset: string; from: string; to: string; revision: string; updated_at: string };
  current_units?: Record<string, string>;
  current?: { /** ISO 8601 in the zone of the answer, or Unix seconds */ time: string | number; interval: number } & Record<string, number | null>;
  current_weather_units?: Record<string, string>;
  current_weather?: { /** ISO 8601 in the zone of the answer, or Unix seconds */ time: string | number; interval: number } & Record<string, number | null>;
  minutely_15_units?: Record<string, string>;
  /** one list a variable, as long as `time` */ minutely_15?: { time: (string | number)[] } & Record<string, (number | null | string)[]>;
  hourly_units?: Record<string, string>;
  /** one list a variable, as long as `time` */ hourly?: { time: (string | number)[] } & Record<string, (number | null | string)[]>;
  daily_units?: Record<string, string>;
  /** one list a variable, as long as `time` */ daily?: { time: (string | number)[] } & Record<string, (number | null | string)[]>;
  /** why values are null; not there where none is */ nulls?: ({
    name: string;
    /** ISO 8601 in the zone of the answer, or Unix seconds */ from: string | number;
    /** ISO 8601 in the zone of the answer, or Unix seconds */ through: string | number;
    reason: "beyond_forecast" | "beyond_observations" | "no_observation" | "no_past_uncertainty" | "no_uncertainty" | "no_joint_uncertainty" | "no_forecast" | "wind_chill_undefined" | "incomplete_day" | "not_forecast" | "no_such_model" | "no_sunrise" | "between_hours";
  })[];
};

export type VariableScore = {
  unit: string;
  /** pairs of forecast and observation */ count: number;
  /** in squares of the unit */ mse: number | null;
  rmse: number | null;
  mae: number | null;
  /** mean of forecast minus observation */ bias: number | null;
  /** continuous ranked probability score; of a model without quantiles its mean absolute error */ crps: number | null;
  /** share of observations within [p25, p75]; null for a model without quantiles */ coverage_50: number | null;
  /** share of observations within [p10, p90] */ coverage_80: number | null;
  /** 1 - mse / mse of the reference, over the same runs; null where it was not run */ skill_persistence: number | null;
  skill_climatology: number | null;
  by_lead: { lead: number[]; count: number[]; mse: Values; mae: Values; bias: Values; crps: Values };
  /** where stations were asked for, over all lead hours */ by_station?: { station: string[]; count: number[]; mse: Values; mae: Values; bias: Values; crps: Values };
};

export type Problem = {
  type: "about:blank";
  title: string;
  status: number;
  code: string;
  detail: string;
  /** the one to blame */ parameter?: string;
  /** what to do about it */ hint?: string;
  /** this and reason are where Open-Meteo says it */ error: true;
  /** the same as detail */ reason: string;
  /** also in the header X-Request-Id, and in the log */ request_id: string;
};

export interface Gets {
  /** The forecast of places. */
  '/v1/forecast': {
    request: {
      /** ids of stations; or instead of them: */ station?: OneOrMore<string>;
      /** degrees north; the nearest station answers, up to 300 km away */ latitude?: OneOrMore<number>;
      /** degrees east, one for each latitude */ longitude?: OneOrMore<number>;
      /** south,west,north,east: all stations in it; a west beyond the east goes across 180 degrees */ bounding_box?: OneOrMore<number>;
      /** Open-Meteo's, one for each latitude; no effect: the station answers for its own, which it tells */ elevation?: OneOrMore<number | "nan">;
      /** Open-Meteo's; stations are points, so all three choose the nearest */ cell_selection?: "nearest" | "land" | "sea";
      /** the service's own where it is not given */ dataset?: string;
      /** values each hour; quantiles end in _p10, _p25, _p50, _p75 or _p90, and p_wind_speed_10m_over_15 is the probability, in percent, of more than 15 of the unit of the answer; with _6h at the end, in any of the 6 hours from this one on */ hourly?: OneOrMore<string>;
      /** values of whole days in the zone of the answer; null unless all hours of the day have one; and p_wind_speed_10m_over_15, the probability, in percent, of more than that in any of the forecast hours of the day */ daily?: OneOrMore<string>;
      /** days before today */ past_days?: number;
      /** hours in front of the one that it is */ past_hours?: number;
      /** the first day, in the zone of the answer */ start_date?: string;
      /** the last day */ end_date?: string;
      /** the first hour, in the zone of the answer */ start_hour?: string;
      /** the last hour */ end_hour?: string;
      /** of the hourly rows: each, or each third or sixth */ temporal_resolution?: "native" | "hourly" | "hourly_1" | "hourly_3" | "hourly_6";
      temperature_unit?: "celsius" | "fahrenheit";
      wind_speed_unit?: "kmh" | "ms" | "mph" | "kn";
      /** Open-Meteo's: the unit that its variables of precipitation, snow and length are told in; all are null */ precipitation_unit?: "mm" | "inch";
      timeformat?: "iso8601" | "unixtime";
      /** a name of the IANA database, or 'auto': that of the station; one for all places, or one for each */ timezone?: OneOrMore<string>;
      /** arrow and parquet hold one of hourly, daily and current */ format?: "json" | "csv" | "arrow" | "xlsx" | "parquet";
      /** values of the hour that it is by the service's clock */ current?: OneOrMore<string>;
      /** the block that Open-Meteo's programs of before 2023 read: temperature, windspeed, winddirection, is_day, weathercode */ current_weather?: boolean;
      /** Open-Meteo's, of radiation, which there is none of here */ tilt?: number;
      /** Open-Meteo's, of radiation, which there is none of here */ azimuth?: number;
      /** values each quarter of an hour; ours are of whole hours, and null between them */ minutely_15?: OneOrMore<string>;
      /** days from today on, 7 where nothing is said; today is that of the service's clock, or of the first hour of a run that is named */ forecast_days?: number;
      /** hours from the one that it is, or from the first of a run that is named */ forecast_hours?: number;
      past_minutely_15?: number;
      forecast_minutely_15?: number;
      start_minutely_15?: string;
      end_minutely_15?: string;
      /** ids of the run's models, the default first; with several, names end in _MODEL; best_match is the first, and those of Open-Meteo's that the run has not are null */ models?: OneOrMore<string>;
      /** the initialisation time of an earlier run */ run?: string;
    };
    answer: PlaceAnswer | PlaceAnswer[];
  };
  /** The error of past forecasts. */
  '/v1/verification': {
    request: {
      dataset?: string;
      /** ids; only their errors, by station too, of runs that are still kept */ station?: OneOrMore<string>;
      /** south,west,north,east: the same for all stations in it */ bounding_box?: OneOrMore<number>;
      /** only these */ models?: OneOrMore<string>;
      /** the newest runs whose hours have all been observed */ last_runs?: number;
      /** only runs of this initialisation time and later */ start?: string;
      /** only runs of this initialisation time and earlier */ end?: string;
    };
    answer: {
      dataset: string;
      runs: number;
      first: string | null;
      last: string | null;
      /** how many were asked for; all of the dataset where none were */ stations?: number;
      models: ({
        model: string;
        /** root of the mean squared length of the error of the wind vector, m/s */ wind_vector_rmse: number | null;
        variables: Record<string, VariableScore>;
      })[];
    };
  };
  /** What was observed at places. */
  '/v1/observations': {
    request: {
      /** ids of stations; or instead of them: */ station?: OneOrMore<string>;
      /** degrees north; the nearest station answers, up to 300 km away */ latitude?: OneOrMore<number>;
      /** degrees east, one for each latitude */ longitude?: OneOrMore<number>;
      /** south,west,north,east: all stations in it; a west beyond the east goes across 180 degrees */ bounding_box?: OneOrMore<number>;
      /** Open-Meteo's, one for each latitude; no effect: the station answers for its own, which it tells */ elevation?: OneOrMore<number | "nan">;
      /** Open-Meteo's; stations are points, so all three choose the nearest */ cell_selection?: "nearest" | "land" | "sea";
      /** the service's own where it is not given */ dataset?: string;
      /** values each hour; quantiles end in _p10, _p25, _p50, _p75 or _p90, and p_wind_speed_10m_over_15 is the probability, in percent, of more than 15 of the unit of the answer; with _6h at the end, in any of the 6 hours from this one on */ hourly?: OneOrMore<string>;
      /** values of whole days in the zone of the answer; null unless all hours of the day have one; and p_wind_speed_10m_over_15, the probability, in percent, of more than that in any of the forecast hours of the day */ daily?: OneOrMore<string>;
      /** days before today */ past_days?: number;
      /** hours in front of the one that it is */ past_hours?: number;
      /** the first day, in the zone of the answer */ start_date?: string;
      /** the last day */ end_date?: string;
      /** the first hour, in the zone of the answer */ start_hour?: string;
      /** the last hour */ end_hour?: string;
      /** of the hourly rows: each, or each third or sixth */ temporal_resolution?: "native" | "hourly" | "hourly_1" | "hourly_3" | "hourly_6";
      temperature_unit?: "celsius" | "fahrenheit";
      wind_speed_unit?: "kmh" | "ms" | "mph" | "kn";
      /** Open-Meteo's: the unit that its variables of precipitation, snow and length are told in; all are null */ precipitation_unit?: "mm" | "inch";
      timeformat?: "iso8601" | "unixtime";
      /** a name of the IANA database, or 'auto': that of the station; one for all places, or one for each */ timezone?: OneOrMore<string>;
      /** arrow and parquet hold one of hourly, daily and current */ format?: "json" | "csv" | "arrow" | "xlsx" | "parquet";
    };
    answer: PlaceAnswer | PlaceAnswer[];
  };
  /** The stations of a dataset. */
  '/v1/stations': {
    request: {
      dataset?: string;
      /** the id, the beginning of a word of the name, or the country; case and accents do not count */ search?: string;
      /** with longitude: the nearest first, with their distance */ latitude?: number;
      longitude?: number;
      /** south,west,north,east */ bounding_box?: OneOrMore<number>;
      limit?: number;
    };
    answer: {
      dataset: string;
      stations: ({
        id: string;
        name: string;
        country: string;
        latitude: number;
        longitude: number;
        elevation: number | null;
        /** from the position that was asked for */ distance_km?: number;
      })[];
    };
  };
  /** The runs of a dataset, newest first. */
  '/v1/runs': {
    request: { dataset?: string; limit?: number };
    answer: {
      dataset: string;
      runs: ({
        init: string;
        created_at: string;
        lead_hours: number;
        /** the first is the default */ models: ({ id: string; name: string; kind: "network" | "baseline"; weights_sha256: string | null })[];
      })[];
    };
  };
  /** One model of a run at all stations. */
  '/v1/runs/{init}/values': {
    request: {
      /** the initialisation time of the run */ init: string;
      dataset?: string;
      /** one of the run's; its first where it is not given */ model?: string;
      hourly?: OneOrMore<string>;
    };
    answer: {
      dataset: string;
      init: string;
      generated_at: string;
      /** when the next run is due, by the service's clock */ valid_until: string | null;
      model: string;
      weights_sha256: string | null;
      stations: string[];
      time: string[];
      hourly_units: Record<string, string>;
      /** [variable][lead - 1][station]; null: the model has no value */ hourly: Record<string, Values[]>;
    };
  };
  /** The models at hand, and those of the newest run. */
  '/v1/models': {
    request: { dataset?: string };
    answer: {
      dataset: string;
      /** what computes the network here, and why that one */ engine: { name: string; device: "cpu" | "gpu"; why: string } | null;
      models: ({
        id: string;
        name: string;
        kind: "network" | "baseline";
        /** tells the exact weights; null for a model that has none */ weights_sha256: string | null;
        /** null for a model that is not trained */ created_at: string | null;
        /** as its artefact says; null where it has none */ architecture: unknown;
        /** on what and how it was trained, as its artefact says */ training: unknown;
        /** over the last 24 runs that have been observed; null where there are none */ scores: Record<string, { unit: string; mse: number | null; skill_persistence: number | null }> | null;
        in_latest_run: boolean;
      })[];
    };
  };
  /** When a model forecast last, and when the next run is due. */
  '/v1/models/{id}/updates': {
    request: { id: string; dataset?: string };
    answer: {
      model: string;
      dataset: string;
      last_run_initialisation_time: string;
      /** when it was published, by the service's clock */ last_run_availability_time: string;
      /** between the last two runs */ update_interval_hours: number;
      next_run_expected: string | null;
      temporal_resolution_seconds: number;
      lead_hours: number;
    };
  };
  /** How the training of a model went. */
  '/v1/models/{id}/training': {
    request: { id: string };
    answer: {
      model: string;
      /** the step whose weights were kept */ best_step: number | null;
      steps: number[];
      /** of the training, along the steps */ loss: Values;
      /** measures on the validation span, along the steps; null where there was no validation */ validation: (Record<string, number | null> | null)[];
    };
  };
  /** What the service has, and what it is doing. */
  '/v1/status': {
    request: Record<string, never>;
    answer: {
      version: string;
      now: string;
      clock: { kind: "system" | "replay"; seconds_per_hour?: number };
      dataset: string;
      datasets: ({ dataset: string; from: string; to: string; stations: number; variables: string[] })[];
      latest_run: string | null;
      preparing: string | null;
      jobs: ({ name: string; state: string; last_slot: string | null; last_finished_at: string | null; next_at: string | null; last_error: string | null })[];
    };
  };
  /** What the jobs did, attempt by attempt. */
  '/v1/jobs': {
    request: { /** only this job */ job?: string; /** only attempts that stand so */ state?: "running" | "done" | "failed" | "dead" | "skipped"; limit?: number };
    answer: {
      dataset: string;
      /** the newest first */ attempts: ({
        job: string;
        slot: string;
        /** the last of the slots that were skipped together; otherwise the slot itself */ to: string;
        /** from 1; 0 for slots that were skipped */ attempt: number;
        /** dead: failed, and no attempt is left */ state: "running" | "done" | "failed" | "dead" | "skipped";
        /** by the clock of the machine, also in a replay */ started_at: string;
        ended_at: string | null;
        error: string | null;
        /** what was missing, where the job did not wait for it any longer */ note: string | null;
        /** the same in the attempt's lines in the log */ trace: string | null;
        /** the last of those lines, where it failed; none where its process died */ log: ({ at: string; level: string; text: string })[];
        ingested: {
          /** values that are new in the dataset: hours x stations x variables */ added: number;
          replaced: number;
          /** the last ten */ files: ({
            file: string;
            stations: number;
            from: string;
            /** the hour after the last */ to: string;
            observed: number;
            interpolated: number;
            missing: number;
            /** values by the check of quality control that they failed */ rejected: { range: number; step: number; persistence: number; spatial: number };
            /** summed over the stations: hours without a value between the first and the last */ gap_hours: number;
          })[];
        } | null;
      })[];
    };
  };
  /** What lies on the disk, and where it came from. */
  '/v1/storage': {
    request: Record<string, never>;
    answer: {
      datasets: ({
        dataset: string;
        /** the hour after the last observed one */ to: string;
        /** when observations came in last, by the clock of the machine */ updated_at: string;
        /** the last ten of what was merged into it */ sources: string[];
        observations: { bytes: number };
        runs: { count: number; bytes: number; oldest: string | null; newest: string | null };
        scores: { count: number; oldest: string | null; newest: string | null };
      })[];
      models: { count: number; bytes: number };
      /** of the data directory; null where the system does not tell */ disk: { free_bytes: number; total_bytes: number } | null;
    };
  };
  /** How the machine of the service is. */
  '/v1/doctor': {
    request: Record<string, never>;
    answer: { checked_at: string; checks: ({ check: string; state: "ok" | "warn" | "fail"; found: string; /** what to do */ mend: string | null })[] };
  };
  /** Whether the process answers. */
  '/health/live': { request: Record<string, never>; answer: { status: "live" } };
  /** Whether forecasts may be relied on. */
  '/health/ready': { request: Record<string, never>; answer: { status: "ready"; dataset: string; latest_run: string } };
  /** This description. */
  '/openapi.json': { request: Record<string, never>; answer: { openapi: string } };
}

export interface Posts {
  /** The forecast of places. */
  '/v1/forecast': { request: Gets['/v1/forecast']['request']; answer: PlaceAnswer | PlaceAnswer[] };
  /** A forecast of your own station. */
  '/v1/predict': {
    request: {
      latitude: number;
      longitude: number;
      /** metres above mean sea level */ elevation?: number | null;
      /** the default where it is not given */ model?: string;
      /** what was observed, in the units below; null where nothing was */ hourly: {
        /** consecutive whole hours in UTC, like 2024-03-01T06:00 */ time: string[];
        temperature_2m?: Values;
        wind_speed_10m?: Values;
        wind_direction_10m?: Values;
        wind_u_component_10m?: Values;
        wind_v_component_10m?: Values;
      };
      temperature_unit?: "celsius" | "fahrenheit";
      /** as in a forecast's answer */ wind_speed_unit?: "kmh" | "ms" | "mph" | "kn";
    };
    answer: {
      /** of the station that answers */ latitude: number;
      longitude: number;
      /** metres above mean sea level */ elevation: number | null;
      generated_at: string;
      /** the last hour that was sent */ init: string;
      model: string;
      weights_sha256: string | null;
      hourly_units?: Record<string, string>;
      /** one list a variable, as long as `time` */ hourly?: { time: (string | number)[] } & Record<string, (number | null | string)[]>;
      /** why values are null; not there where none is */ nulls?: ({
        name: string;
        /** ISO 8601 in the zone of the answer, or Unix seconds */ from: string | number;
        /** ISO 8601 in the zone of the answer, or Unix seconds */ through: string | number;
        reason: "beyond_forecast" | "beyond_observations" | "no_observation" | "no_past_uncertainty" | "no_uncertainty" | "no_joint_uncertainty" | "no_forecast" | "wind_chill_undefined" | "incomplete_day" | "not_forecast" | "no_such_model" | "no_sunrise" | "between_hours";
      })[];
    };
  };
}
