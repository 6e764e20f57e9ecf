/**
 * A classifier of any sense: UniRepLKNet with its head, on the map that the sense gives; for series with the embedding, which
 * is learnt with it, before. Weights keep the published names.
 */
import type { Ops } from '../engine/ops.ts';
import type { ParameterSpec, Parameters } from '../engine/parameters.ts';
import type { Pass } from '../engine/pass.ts';
import { type SeriesSense, seriesImage, seriesSpecs } from '../modalities/series.ts';
import type { Form } from '../unireplknet/block.ts';
import { type NetworkConfig, networkLogits, networkSpecs } from '../unireplknet/network.ts';

export interface ClassifierConfig {
  network: NetworkConfig & { classes: number };
  /** Where the input are series: the embedding before the network. */
  embedding?: SeriesSense;
}

export function classifierSpecs({ network, embedding }: ClassifierConfig, form: Form): ParameterSpec[] {
  return [...(embedding ? seriesSpecs(embedding) : []), ...networkSpecs(network, form)];
}

/** x [n, h, w, channels], or series [n, hour, series], to [n, classes]. */
export function classifierLogits<T>(
  ops: Ops<T>,
  x: T,
  parameters: Parameters<T>,
  { network, embedding }: ClassifierConfig,
  form: Form,
  pass: Pass<NoInfer<T>>,
): T {
  const image = embedding ? seriesImage(ops, x, parameters) : x;
  return networkLogits(ops, image, parameters, network, form, pass);
}
