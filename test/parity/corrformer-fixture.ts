/** Reads what a CorrFormer toy (`ts_*`, `*_parts`) says about itself: its architecture, weights, places and inputs. */
import { withoutAliases } from '../../models/corrformer/artefact/checkpoint-names.ts';
import { inferCorrFormerConfig } from '../../models/corrformer/artefact/infer-architecture.ts';
import type { CorrFormerConfig } from '../../models/corrformer/config.ts';
import { geographicFeatures } from '../../models/corrformer/embedding/geography.ts';
import type { CorrFormerInputs, Places } from '../../models/corrformer/network.ts';
import type { NamedTensor, Weights } from '../../models/weights/safetensors.ts';
import { withPrefix } from './fixture.ts';

export interface CorrFormerFixture {
  config: CorrFormerConfig;
  places: Places;
  /** In training form, by their own names. */
  weights: Weights;
  inputs: CorrFormerInputs<NamedTensor>;
}

/** @param name of the file: one with `raw` in it has the public code's order of tokens. */
export function openCorrFormerFixture(fixture: Weights, name: string): CorrFormerFixture {
  const weights = withoutAliases(withPrefix(fixture, 'w/'));
  const tensor = (key: string) => {
    const found = fixture.get(key);
    if (!found) throw new Error(`the fixture ${name} lacks '${key}'`);
    return found;
  };
  const inputs = { series: tensor('x'), marks: tensor('x_mark'), decoderMarks: tensor('y_mark') };
  const [, inputHours, slots] = inputs.series.shape;
  const stationsPerNode = tensor('w/affine_weight').shape[2];
  const nodes = slots / stationsPerNode;
  // The siblings of the last level were recorded with the causal convolution.
  const siblings = fixture.get('x/causal/in0')?.shape[2];
  const config = inferCorrFormerConfig(weights, {
    nodes: siblings ? [nodes / siblings, siblings] : nodes,
    inputHours,
    decoderHours: inputs.decoderMarks.shape[1],
    leadHours: tensor('y_eval').shape[1],
    tokenOrder: name.includes('raw') ? 'raw' : 'tokens',
  });
  return { config, places: placesInOrder(tensor('stations'), stationsPerNode), weights, inputs };
}

/** [station, (latitude, longitude, elevation)], already in the order of the nodes. */
function placesInOrder({ values, shape: [count] }: NamedTensor, stationsPerNode: number): Places {
  const places = Array.from({ length: count }, (_, station) => {
    const [latitude, longitude, elevation] = values.subarray(3 * station);
    return { latitude, longitude, elevation };
  });
  const nodes = Array.from({ length: count / stationsPerNode }, (_, node) =>
    Array.from({ length: stationsPerNode }, (_, slot) => node * stationsPerNode + slot),
  );
  const tree = { stationsPerNode, branching: [nodes.length], nodes };
  return { geography: geographicFeatures(places, tree), mask: new Float32Array(count).fill(1) };
}
