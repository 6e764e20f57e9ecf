/**
 * Fuses trained weights for use: every batch norm, dilated branch, response norm offset and layer scale goes into the
 * convolution or linear map beside it. The fused network computes the same function (in evaluation) with fewer operations.
 *
 *     const fused = reparameterize(trained);
 *
 * It works on names: each block among the weights is fused, wherever it stands, and every other tensor is passed on. All
 * arithmetic is in double precision, so that only the rounding of the results is lost.
 * Source: UniRepLKNet (Ding et al. 2024); "structural re-parameterization" in the papers.
 */
import { BATCH_NORM_EPSILON } from '../layers/batch-norm.ts';
import type { NamedTensor, Weights } from '../weights/safetensors.ts';
import { type BlockConfig, blockSpecs } from './block.ts';
import { type Branch, branchesOf, branchNames, MAIN_NORM, mainConvolution } from './depthwise.ts';
import { inferBlockConfig, TRAINING_MARK } from './infer-architecture.ts';

/** A convolution or linear map in double precision: rows of weights, and a bias for each row. */
interface Affine {
  weight: Float64Array;
  bias: Float64Array;
}

/**
 * @returns new weights in fused form; those that were fused already come back as they are.
 * @throws KernelcastError `MODEL` when a block lacks a tensor or one has the wrong shape.
 */
export function reparameterize(weights: Weights): Map<string, NamedTensor> {
  const result = new Map(weights);
  for (const name of weights.keys()) {
    if (name.endsWith(TRAINING_MARK)) fuseBlock(weights, name.slice(0, -TRAINING_MARK.length), result);
  }
  return result;
}

function fuseBlock(weights: Weights, prefix: string, result: Map<string, NamedTensor>): void {
  const config = inferBlockConfig(weights, prefix);
  const { channels, kernel } = config;
  const get = (name: string) => weights.get(prefix + name)!.values;
  const put = (name: string, values: Float64Array) => fused.set(name, Float32Array.from(values));
  const fused = new Map<string, Float32Array>();

  if (kernel > 0) {
    const { weight, bias } = fuseDepthwise(get, config);
    const main = mainConvolution(config);
    put(`${main}.weight`, weight);
    put(`${main}.bias`, bias);
  }

  // The response norm's offset passes through the second linear map, as a constant on its output.
  const beta = get('act.1.beta');
  const second = get('pwconv2.0.weight');
  const offset = Float64Array.from({ length: channels }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < beta.length; i++) sum += second[row * beta.length + i] * beta[i];
    return sum;
  });
  const last = normalise({ weight: Float64Array.from(second), bias: offset }, get, 'pwconv2.2');
  if (config.layerScaleInit > 0) scaleRows(last, Float64Array.from(get('gamma')));
  put('pwconv2.0.weight', last.weight);
  put('pwconv2.0.bias', last.bias);

  const kept = blockSpecs(config, 'fused');
  for (const { name } of blockSpecs(config, 'training')) result.delete(prefix + name);
  for (const { name, shape } of kept) result.set(prefix + name, { shape, values: fused.get(name) ?? get(name) });
}

/** The one K x K convolution that equals the branches, their batch norms and the batch norm after their sum. */
function fuseDepthwise(get: (name: string) => Float32Array, config: BlockConfig): Affine {
  const { channels, kernel } = config;
  const branches = branchesOf(config);
  let sum = plain(get(`${mainConvolution(config)}.weight`), channels);
  if (branches.length > 0) sum = normalise(sum, get, MAIN_NORM);
  for (const branch of branches) {
    const { convolution, norm } = branchNames(branch);
    addBranch(sum, normalise(plain(get(`${convolution}.weight`), channels), get, norm), branch, kernel);
  }
  return normalise(sum, get, 'norm');
}

function plain(weight: Float32Array, rows: number): Affine {
  return { weight: Float64Array.from(weight), bias: new Float64Array(rows) };
}

/** Applies a batch norm to the output of a map: scale = w / sqrt(var + epsilon), y -> (y - mean) scale + b. */
function normalise(map: Affine, get: (name: string) => Float32Array, norm: string): Affine {
  const [weight, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((name) =>
    get(`${norm}.${name}`),
  );
  for (let row = 0; row < map.bias.length; row++) map.bias[row] -= mean[row];
  scaleRows(
    map,
    Float64Array.from(weight, (w, row) => w / Math.sqrt(variance[row] + BATCH_NORM_EPSILON)),
  );
  for (let row = 0; row < map.bias.length; row++) map.bias[row] += bias[row];
  return map;
}

function scaleRows(map: Affine, scale: Float64Array): void {
  const width = map.weight.length / scale.length;
  for (let i = 0; i < map.weight.length; i++) map.weight[i] *= scale[Math.floor(i / width)];
  for (let row = 0; row < scale.length; row++) map.bias[row] *= scale[row];
}

/** Adds a dilated kernel to the middle of the large one: its element (i, j) lands at (rate i, rate j) from its corner. */
function addBranch(sum: Affine, branch: Affine, { kernel: k, dilation }: Branch, kernel: number): void {
  const corner = (kernel - ((k - 1) * dilation + 1)) / 2;
  for (let channel = 0; channel < sum.bias.length; channel++) {
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const to = (channel * kernel + corner + dilation * i) * kernel + corner + dilation * j;
        sum.weight[to] += branch.weight[(channel * k + i) * k + j];
      }
    }
    sum.bias[channel] += branch.bias[channel];
  }
}
