/** The sums of one evaluation: for each model and variable by day, lead hour and station, filled window after window. */

import { addSums, COUNT, WIDTH } from '../../src/domain/score-sums.ts';
import { scoreVariable } from '../../src/domain/scoring.ts';
import type { Series } from '../../src/domain/series.ts';
import { FLAG } from '../../src/domain/series.ts';
import type { VariableName } from '../../src/domain/variables.ts';
import { FORECAST_VARIABLES, LEAD_HOURS } from '../forecast-model.ts';

export interface VariableSums {
  /** [day, lead, WIDTH] */
  byDay: Float64Array;
  /** [station, WIDTH] */
  byStation: Float64Array;
  /** [day, WIDTH], over the targets that every model that forecasts the variable has. */
  common: Float64Array;
}

export interface ModelSums {
  model: string;
  variables: Partial<Record<VariableName, VariableSums>>;
  /** [day, 2]: targets with both components, and the sum of the squared lengths of the error vectors. */
  windVector: Float64Array;
}

export class Accumulator {
  readonly models: ModelSums[];
  readonly #days: number;
  readonly #stations: number;

  constructor(models: readonly string[], days: number, stations: number) {
    this.#days = days;
    this.#stations = stations;
    this.models = models.map((model) => ({ model, variables: {}, windVector: new Float64Array(days * 2) }));
  }

  /** @param forecasts of one init, in the order of the models */
  add(day: number, forecasts: readonly Series[], observations: Series): void {
    for (const variable of FORECAST_VARIABLES) this.#addVariable(day, forecasts, observations, variable);
    forecasts.forEach((forecast, index) => {
      addWindVector(this.models[index].windVector, day * 2, forecast, observations);
    });
  }

  #addVariable(day: number, forecasts: readonly Series[], observations: Series, variable: VariableName): void {
    const observed = observations.variables[variable];
    if (!observed) return;
    const able = forecasts.flatMap((forecast, index) => (forecast.variables[variable] ? [index] : []));
    const windows = able.map((index) => {
      const byLead = new Float64Array(LEAD_HOURS * WIDTH);
      const sums = this.#sumsOf(index, variable);
      scoreVariable(forecasts[index], observations, variable, { byLead, byStation: sums.byStation });
      addSums(sums.byDay, day * LEAD_HOURS * WIDTH, byLead, 0, LEAD_HOURS);
      return byLead;
    });
    // As a rule every model has every target, and what they have in common need not be scored again.
    const targets = observed.flags.reduce((sum, flag) => sum + (flag === FLAG.OBSERVED ? 1 : 0), 0);
    const isWhole = windows.every((byLead) => countOf(byLead) === targets);
    const mask = isWhole ? undefined : commonMask(forecasts, able, variable);
    able.forEach((index, place) => {
      let byLead = windows[place];
      if (mask) {
        byLead = new Float64Array(LEAD_HOURS * WIDTH);
        scoreVariable(forecasts[index], observations, variable, { byLead, mask });
      }
      const { common } = this.#sumsOf(index, variable);
      for (let lead = 0; lead < LEAD_HOURS; lead++) addSums(common, day * WIDTH, byLead, lead * WIDTH, 1);
    });
  }

  #sumsOf(index: number, variable: VariableName): VariableSums {
    const { variables } = this.models[index];
    variables[variable] ??= {
      byDay: new Float64Array(this.#days * LEAD_HOURS * WIDTH),
      byStation: new Float64Array(this.#stations * WIDTH),
      common: new Float64Array(this.#days * WIDTH),
    };
    return variables[variable];
  }
}

function countOf(byLead: Float64Array): number {
  let count = 0;
  for (let lead = 0; lead < LEAD_HOURS; lead++) count += byLead[lead * WIDTH + COUNT];
  return count;
}

/** 1 where all of the models have a value. */
function commonMask(forecasts: readonly Series[], able: readonly number[], variable: VariableName): Uint8Array {
  const mask = new Uint8Array(forecasts[able[0]].variables[variable]!.values.length).fill(1);
  for (const index of able) {
    const { values } = forecasts[index].variables[variable]!;
    for (let cell = 0; cell < mask.length; cell++) if (Number.isNaN(values[cell])) mask[cell] = 0;
  }
  return mask;
}

function addWindVector(sums: Float64Array, at: number, forecast: Series, observations: Series): void {
  const [u, v] = [forecast.variables.wind_u_component_10m, forecast.variables.wind_v_component_10m];
  const [trueU, trueV] = [observations.variables.wind_u_component_10m, observations.variables.wind_v_component_10m];
  if (!u || !v || !trueU || !trueV) return;
  for (let cell = 0; cell < u.values.length; cell++) {
    if (trueU.flags[cell] !== FLAG.OBSERVED || trueV.flags[cell] !== FLAG.OBSERVED) continue;
    const squared = (u.values[cell] - trueU.values[cell]) ** 2 + (v.values[cell] - trueV.values[cell]) ** 2;
    if (Number.isNaN(squared)) continue;
    sums[at]++;
    sums[at + 1] += squared;
  }
}
