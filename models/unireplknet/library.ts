/**
 * `kernelcast/models/unireplknet`: UniRepLKNet for Node and browsers, with nothing of Node inside.
 *
 *     import * as tf from '@tensorflow/tfjs';
 *     import { decodeSafetensors, EVALUATION, inferForm, inferNetworkConfig, networkLogits, Parameters, tensorFlowOps } from 'kernelcast/models/unireplknet';
 *
 *     const { tensors } = decodeSafetensors(new Uint8Array(await (await fetch('weights.safetensors')).arrayBuffer()), 'weights');
 *     const config = inferNetworkConfig(tensors);
 *     const weights = new Map([...tensors].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
 *     const logits = tf.tidy(() => networkLogits(tensorFlowOps(tf), images, new Parameters(weights), config, inferForm(tensors), EVALUATION));
 */
export { isKernelcastError, KernelcastError } from '../../src/errors.ts';
export { initialise } from '../engine/initialise.ts';
export type { Ops } from '../engine/ops.ts';
export { countParameters, type ParameterSpec, Parameters } from '../engine/parameters.ts';
export { EVALUATION, type Pass } from '../engine/pass.ts';
export { tensorFlowOps } from '../engine/tensorflow.ts';
export { type AudioOptions, audioMap, SPEECH_COMMANDS } from '../modalities/audio/audio.ts';
export { type Fbank, type FbankOptions, fbank } from '../modalities/audio/fbank.ts';
export { decodeWav, type Waveform } from '../modalities/audio/wav.ts';
export { channelsLast, type FeatureMap } from '../modalities/feature-map.ts';
export { IMAGENET_MEAN, IMAGENET_STD, type ImageOptions, imageMap } from '../modalities/image/image.ts';
export { resize } from '../modalities/image/resample.ts';
export { likeliest } from '../modalities/likeliest.ts';
export { type ProjectionOptions, pointMap } from '../modalities/points/projections.ts';
export { type Points, readPoints } from '../modalities/points/read-points.ts';
export { type SeriesSense, seriesImage, seriesSpecs } from '../modalities/series.ts';
export { chooseFrames, joinFrames, type VideoOptions, videoMap } from '../modalities/video/video.ts';
export { decodeSafetensors, encodeSafetensors, type NamedTensor, type Weights } from '../weights/safetensors.ts';
export type { Form } from './block.ts';
export { inferForm, inferNetworkConfig } from './infer-architecture.ts';
export { type NetworkConfig, networkFeatures, networkLogits, networkSpecs } from './network.ts';
export { type PublishedCheckpoint, readPublished, upernetOf, variantOf } from './published-checkpoint.ts';
export { reparameterize } from './reparameterize.ts';
export { type UpernetConfig, upernetLogits, upernetSpecs } from './upernet.ts';
export { parseVariant, VARIANTS, type Variant, variantConfig } from './variants.ts';
