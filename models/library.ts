/**
 * `kernelcast/models`: the networks, their weights, the forecasters, how they are trained and judged. What runs in browsers too is
 * `kernelcast/models/unireplknet`, which is a part of this.
 */
export { seededRandom } from '../src/domain/random.ts';
export type { Series } from '../src/domain/series.ts';
export type { Station } from '../src/domain/station.ts';
export { fitBaseline } from './baselines/fitted/fit.ts';
export { BASELINE_METHODS } from './baselines/fitted/methods.ts';
export type { CorrFormerConfig } from './corrformer/config.ts';
export { corrFormer, corrFormerSpecs } from './corrformer/network.ts';
export { emitOnnx } from './engine/onnx/emit.ts';
export { type OnnxSession, openOnnxSession } from './engine/onnx/session.ts';
export { openTensorFlow } from './engine/tensorflow-backend.ts';
export { type EvaluateOptions, evaluate } from './evaluation/evaluate.ts';
export type { Evaluation } from './evaluation/report.ts';
export { type ForecastInput, type ForecastModel, forecastSeries, INPUT_HOURS, LEAD_HOURS } from './forecast-model.ts';
export { classify } from './modalities/classify.ts';
export { decodePicture, type Raster } from './modalities/image/raster.ts';
export { openPerceiver } from './modalities/perceiver.ts';
export { type Perception, perceiveFile, perceptionSchema, senseOf } from './modalities/sense.ts';
export { openEvaluatedModels, openForecastModels, openNetwork } from './serving/registry.ts';
export { buildStationTree, type StationTree } from './station-tree/station-tree.ts';
export { datasetSource, type ObservationSource } from './training/data/observation-source.ts';
export { AdamW } from './training/optimizer/adamw.ts';
export { type Loss, trainStep } from './training/optimizer/train-step.ts';
export { trainModel } from './training/train-model.ts';
export { parseTrainingConfig, type TrainingConfig } from './training/training-config.ts';
export {
  type Backbone,
  emitBackbone,
  importBackbone,
  importPublished,
  openBackbone,
  writeBackbone,
} from './unireplknet/backbone.ts';
export * from './unireplknet/library.ts';
export { readArtefact, writeArtefact } from './weights/artefact.ts';
export { readCheckpoint } from './weights/read-checkpoint.ts';
