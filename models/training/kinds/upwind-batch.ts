/** Examples of the forecaster that turns its image into the wind, gathered into a batch: those with neighbours first. */
import type { Random } from '../../../src/domain/random.ts';
import { emptyVariable, FLAG, type Series } from '../../../src/domain/series.ts';
import { FORECAST_VARIABLES, INPUT_HOURS } from '../../forecast-model.ts';
import type { NodeLayout } from '../../universal/node-layout.ts';
import { HISTORY_HOURS, type StationWindows, stationWindows } from '../../universal/station-windows.ts';
import { createUpwindBatch, type UpwindBatch } from '../../universal/upwind/batch.ts';
import { CHANNELS, LEAD_HOURS, SCALES, SECTORS, TARGETS } from '../../universal/upwind/config.ts';
import { writeNeighbourFeatures } from '../../universal/upwind/neighbour-features.ts';
import { turned, writeOwnFeatures } from '../../universal/upwind/own-features.ts';
import type { Example } from '../trainable.ts';
import type { Targets } from './channel-loss.ts';
import { varyObservations } from './vary-observations.ts';

/** Examples with neighbours of which all are left out so often, ... */
const ALONE_SHARE = 0.15;
/** ... those of the nearest ring so often, ... */
const FAR_SHARE = 0.15;
/** ... and else each with a chance that is drawn up to this. */
const MOST_THINNED = 0.8;
/** Examples of stations that have not been observed for thirty days yet. */
const NEW_SHARE = 0.2;

export interface UpwindExamples extends Targets {
  size: number;
  /** The first so many have neighbours. */
  withNeighbours: number;
  inputs: UpwindBatch['inputs'];
}

/** With `random`, what is observed is varied, and neighbours are thinned. */
export function makeUpwindBatch(examples: readonly Example<NodeLayout>[], random?: Random): UpwindExamples {
  const units = examples.map((example) => ({
    ...example,
    unit: random ? thinned(example.unit, random) : example.unit,
  }));
  const isAlone = ({ unit }: Example<NodeLayout>) =>
    unit.stations.every((station, place) => place === 0 || station < 0);
  const sorted = [...units.filter((one) => !isAlone(one)), ...units.filter(isAlone)];
  const size = sorted.length;
  const batch = createUpwindBatch(size);
  const targets = new Float32Array(size * TARGETS);
  const weights = new Float32Array(size * TARGETS);
  const withNeighbours = sorted.findIndex(isAlone);
  for (const [image, example] of sorted.entries()) {
    const { init } = example;
    const { series, node, places } = cutOut(example);
    const isNew = random && random.uniform() < NEW_SHARE;
    const historyHours = isNew ? INPUT_HOURS + Math.floor(random.uniform() * (HISTORY_HOURS - INPUT_HOURS)) : undefined;
    const truth = random ? copyOfTargets(series) : series;
    const seen = random ? varyObservations(series, HISTORY_HOURS, random) : series;
    const windows = stationWindows(seen, init, { historyHours });
    writeOwnFeatures(batch.own(image), seen.stations[0], init, windows, 0);
    if (node) writeNeighbourFeatures(batch.neighbours(image), seen.stations, node, windows, places);
    writeTargets({ targets, weights }, image * TARGETS, truth, windows);
  }
  return {
    size,
    withNeighbours: withNeighbours < 0 ? size : withNeighbours,
    inputs: batch.inputs,
    targets,
    weights,
  };
}

/** The hours and stations of an example, as a series of their own: the station first, then the neighbours that are seen. */
function cutOut({ observations, unit, init }: Example<NodeLayout>) {
  const indices = [...unit.stations].filter((station) => station >= 0);
  const from = init - HISTORY_HOURS + 1;
  const hours = HISTORY_HOURS + LEAD_HOURS;
  const width = observations.stations.length;
  const variables: Series['variables'] = {};
  const first = Math.max(0, observations.from - from);
  const last = Math.min(hours, observations.from + observations.hours - from);
  for (const name of FORECAST_VARIABLES) {
    const source = observations.variables[name];
    if (!source) continue;
    const target = emptyVariable(hours, indices.length);
    for (let hour = first; hour < last; hour++) {
      const row = (from + hour - observations.from) * width;
      for (let side = 0; side < indices.length; side++) {
        target.values[hour * indices.length + side] = source.values[row + indices[side]];
        target.flags[hour * indices.length + side] = source.flags[row + indices[side]];
      }
    }
    variables[name] = target;
  }
  const places = unit.stations.map((station) => indices.indexOf(station));
  const series: Series = { stations: indices.map((index) => observations.stations[index]), from, hours, variables };
  return { series, node: indices.length > 1 ? { stations: places } : undefined, places };
}

/** The hours after init, as they were before anything was varied. */
function copyOfTargets(series: Series): Series {
  const variables: Series['variables'] = {};
  for (const name of FORECAST_VARIABLES) {
    const variable = series.variables[name];
    if (variable) variables[name] = { values: variable.values.slice(), flags: variable.flags };
  }
  return { ...series, variables };
}

/** Only what was observed is a target: interpolated hours would teach the interpolation. */
function writeTargets(
  { targets, weights }: Targets,
  offset: number,
  { variables, stations }: Series,
  { climate, means }: StationWindows,
): void {
  FORECAST_VARIABLES.forEach((name, channel) => {
    const variable = variables[name];
    if (!variable || Number.isNaN(means[channel])) return;
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      const source = (HISTORY_HOURS + lead) * stations.length;
      if (variable.flags[source] !== FLAG.OBSERVED) continue;
      const cell = lead * CHANNELS + channel;
      const unit = turned(stations[0], channel) / SCALES[channel];
      targets[offset + cell] = (variable.values[source] - climate[cell]) * unit;
      weights[offset + cell] = 1;
    }
  });
}

/** Networks are everywhere spread otherwise, and mostly more thinly. */
function thinned({ stations }: NodeLayout, random: Random): NodeLayout {
  const kept = stations.slice();
  const draw = random.uniform();
  const share = draw < ALONE_SHARE ? 1 : random.uniform() * MOST_THINNED;
  const isFar = draw > 1 - FAR_SHARE;
  for (let place = 1; place < kept.length; place++) {
    const isNearest = place <= SECTORS;
    if (random.uniform() < share || (isFar && isNearest)) kept[place] = -1;
  }
  return { stations: kept };
}
