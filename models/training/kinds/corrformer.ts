/**
 * How a CorrFormer is trained: on one variable of one list of stations, all of them at once, for the mean squared error in
 * units. With UniRepLKNet as its encoder it is that paper's time-series model.
 */
import { FLAG } from '../../../src/domain/series.ts';
import type { Station } from '../../../src/domain/station.ts';
import { KernelcastError } from '../../../src/errors.ts';
import {
  type CorrFormerArchitecture,
  corrFormerConfig,
  corrFormerSchema,
} from '../../corrformer/artefact/architecture.ts';
import { placesOf, writeCorrFormer } from '../../corrformer/artefact/corrformer-artefact.ts';
import { corrFormerInputs } from '../../corrformer/embedding/window-inputs.ts';
import { corrFormerSpecs } from '../../corrformer/network.ts';
import { EVALUATION } from '../../engine/pass.ts';
import type { TensorFlowModule } from '../../engine/tensorflow-backend.ts';
import { INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import { buildStationTree, type StationTree } from '../../station-tree/station-tree.ts';
import type { Example, Trainable } from '../trainable.ts';
import { type CorrFormerExample, corrFormerErrors, corrFormerLoss } from './corrformer-loss.ts';
import type { ModelKind, TrainingData } from './model-kind.ts';

export const corrFormerKind: ModelKind<CorrFormerArchitecture> = {
  architecture: corrFormerSchema,
  nameOf: ({ encoder }) => (encoder.kind === 'corrformer' ? 'CorrFormer' : 'UniRepLKNet'),
  historyHours: INPUT_HOURS,
  open: async (tf, architecture, data) => trainableCorrFormer(tf, architecture, stationsOf(data)),
  async publish(folder, { files, ...model }, data) {
    const stations = stationsOf(data);
    await writeCorrFormer(folder, { ...model, stations, tree: treeOf(model.architecture, stations) }, files);
  },
};

/** A unit is the whole list: for each slot of the tree, which station of it. */
export function trainableCorrFormer(
  tf: TensorFlowModule,
  architecture: CorrFormerArchitecture,
  stations: readonly Station[],
): Trainable<readonly number[], Required<CorrFormerExample>> {
  const config = corrFormerConfig(architecture);
  const tree = treeOf(architecture, stations);
  const places = placesOf(stations, tree);
  return {
    specs: corrFormerSpecs(config, 'training'),
    units(given, forecast) {
      if (idsOf(given) === idsOf(stations) && forecast.length === stations.length) return [tree.nodes.flat()];
      throw new KernelcastError('STATIONS', 'a CorrFormer is trained and validated on all stations of one list', {
        hint: 'Leave out holdOutStations and mirrorHemispheres, and give sources of the same stations.',
      });
    },
    makeBatch: (examples) => makeCorrFormerBatch(architecture, examples),
    loss: (weights, batch, pass) => corrFormerLoss(tf, config, places, batch)(weights, pass),
    /** The loss, and the mean squared and absolute error of the variable: the loss once more, under its common name. */
    measure(weights, batch) {
      const errors = corrFormerErrors(tf, config, places, batch, weights, EVALUATION).dataSync();
      let [squared, absolute, count] = [0, 0, 0];
      for (let i = 0; i < errors.length; i++) {
        squared += errors[i] * errors[i];
        absolute += Math.abs(errors[i]);
        count += batch.counted.values[i];
      }
      const mse = { sum: squared, count };
      const { variable } = architecture;
      return { loss: mse, [`mse ${variable}`]: mse, [`mae ${variable}`]: { sum: absolute, count } };
    },
  };
}

/** Only what was observed is a target. */
export function makeCorrFormerBatch(
  architecture: CorrFormerArchitecture,
  examples: readonly Example<readonly number[]>[],
): Required<CorrFormerExample> {
  const { variable } = architecture;
  const windows = examples.map(({ observations, init, unit }) => ({ observations, init, slots: unit }));
  const slots = windows[0].slots.length;
  const shape = [windows.length, LEAD_HOURS, slots];
  const targets = { shape, values: new Float32Array(windows.length * LEAD_HOURS * slots) };
  const counted = { shape, values: new Float32Array(targets.values.length) };
  for (const [window, { observations, init }] of windows.entries()) {
    const source = observations.variables[variable];
    if (!source) continue;
    for (let lead = 0; lead < LEAD_HOURS; lead++) {
      const row = (init + 1 + lead - observations.from) * observations.stations.length;
      for (const [slot, station] of windows[window].slots.entries()) {
        if (station < 0 || source.flags[row + station] !== FLAG.OBSERVED) continue;
        const at = (window * LEAD_HOURS + lead) * slots + slot;
        targets.values[at] = source.values[row + station];
        counted.values[at] = 1;
      }
    }
  }
  return { inputs: corrFormerInputs(corrFormerConfig(architecture), variable, windows), targets, counted };
}

function treeOf({ stationsPerNode, branching }: CorrFormerArchitecture, stations: readonly Station[]): StationTree {
  return buildStationTree(stations, { stationsPerNode, branching });
}

function stationsOf({ sources }: TrainingData): readonly Station[] {
  return sources[0].stations;
}

function idsOf(stations: readonly Station[]): string {
  return JSON.stringify(stations.map(({ id, latitude }) => [id, latitude]));
}
