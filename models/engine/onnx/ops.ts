/**
 * `Ops` that write an ONNX graph down instead of computing:
 *
 *     const graph = new GraphBuilder();
 *     const ops = onnxOps(graph);
 *     const y = ops.relu(graph.input('x', [-1, 8]));
 *     const file = graph.finish('relu', { y });
 *
 * Every operation takes its operands in whatever order their axes lie (see graph.ts) and says in which order its result lies.
 */
import { KernelcastError } from '../../../src/errors.ts';
import type { Ops } from '../ops.ts';
import { type GraphBuilder, type OnnxTensor, plainOrder, sameNumbers } from './graph.ts';
import { broadcast, convolved, matMulShape, positive, product, reshaped, shapeError } from './shapes.ts';

/** [n, h, w, c] as it lies for a convolution: n, c, h, w. */
const CHANNELS_FIRST = [0, 3, 1, 2];

export function onnxOps(graph: GraphBuilder): Ops<OnnxTensor> {
  const unary = (operator: string) => (x: OnnxTensor) => graph.node(operator, [x], { shape: x.shape, order: x.order });

  const binary = (operator: string) => (a: OnnxTensor, b: OnnxTensor) => {
    const shape = broadcast(a.shape, b.shape);
    const order = leading(a, b).order;
    // `order` is that of the operand with the most axes, unless both have the same number.
    const [left, right] = [a, b].map((x) => aligned(graph, x, shape.length, order));
    return graph.node(operator, [left, right], { shape, order });
  };

  const add = binary('Add');

  const reduce =
    (operator: string) =>
    (x: OnnxTensor, axes: readonly number[], keepDims = false) => {
      const gone = axes.map((axis) => positive(axis, x.shape.length));
      const at = gone.map((axis) => x.order.indexOf(axis)).toSorted((a, b) => a - b);
      if (keepDims) {
        const shape = x.shape.map((size, i) => (gone.includes(i) ? 1 : size));
        // What comes from a convolution is pooled as it comes, in ONNX Runtime's own layout.
        const pooled = operator === 'ReduceMean' && x.shape.length === 4 && sameNumbers(gone, [1, 2]);
        const image = pooled && graph.laidOut(x, CHANNELS_FIRST);
        if (image) return graph.node('GlobalAveragePool', [image], { shape, order: CHANNELS_FIRST });
        return graph.node(operator, [x, graph.integers(at)], { shape, order: x.order }, { keepdims: 1 });
      }
      const left = plainOrder(x.shape.length).filter((axis) => !gone.includes(axis));
      const order = x.order.filter((axis) => !gone.includes(axis)).map((axis) => left.indexOf(axis));
      return graph.node(
        operator,
        [x, graph.integers(at)],
        { shape: left.map((axis) => x.shape[axis]), order },
        { keepdims: 0 },
      );
    };

  /** Only here an image lies channels-first: ONNX Runtime then lays it out anew as a part of the convolution. */
  const convolve = (x: OnnxTensor, weight: OnnxTensor, bias: OnnxTensor | undefined, how: Convolution) => {
    const [n, height, width, channels] = x.shape;
    const [out, inPerGroup, ...kernel] = weight.shape;
    if (channels !== inPerGroup * how.groups) throw shapeError('convolve', x.shape, weight.shape);
    const sizes = [height, width].map((size, i) => convolved(size, kernel[i], how.stride, how.padding));
    const y = graph.node(
      'Conv',
      [graph.inOrder(x, CHANNELS_FIRST), graph.plain(weight), ...(bias ? [graph.plain(bias)] : [])],
      { shape: [n, ...sizes, out], order: CHANNELS_FIRST },
      {
        kernel_shape: kernel,
        strides: [how.stride, how.stride],
        pads: [how.padding, how.padding, how.padding, how.padding],
        group: how.groups,
      },
    );
    return graph.plain(y);
  };

  const reshape = (x: OnnxTensor, to: readonly number[]) => {
    const shape = reshaped(x.shape, to);
    const source = graph.plain(x);
    if (sameNumbers(shape, x.shape)) return source;
    if (source.constant) return graph.constant(source.constant, shape, `${source.value}/${shape.join('x')}`);
    return graph.node('Reshape', [source, graph.integers(shape)], { shape, element: x.element });
  };

  const transpose = (x: OnnxTensor, permutation: readonly number[]): OnnxTensor => ({
    ...x,
    shape: permutation.map((axis) => x.shape[axis]),
    order: x.order.map((axis) => permutation.indexOf(axis)),
  });

  const swapLast = (x: OnnxTensor) => {
    const rank = x.shape.length;
    return transpose(x, [...plainOrder(rank - 2), rank - 1, rank - 2]);
  };

  const matMul: Ops<OnnxTensor>['matMul'] = (a, b, { transposeB = false, bias } = {}) => {
    const right = transposeB ? swapLast(b) : b;
    const shape = matMulShape(a.shape, right.shape);
    if (!bias) return graph.node('MatMul', [graph.plain(a), graph.plain(right)], { shape });
    if (b.shape.length > 2) return add(matMul(a, b, { transposeB }), bias);
    // One operator for product and bias takes matrices only.
    const [inner, outer] = right.shape;
    const rows = reshape(a, [-1, inner]);
    const product = graph.node(
      'Gemm',
      [rows, graph.plain(b), graph.plain(bias)],
      { shape: [rows.shape[0], outer] },
      { transB: Number(transposeB) },
    );
    return reshape(product, shape);
  };

  return {
    shape: (x) => x.shape,
    constant: (values, shape) => graph.constant(Float32Array.from(values), shape),

    add,
    sub: binary('Sub'),
    mul: binary('Mul'),
    div: binary('Div'),
    maximum: binary('Max'),
    sqrt: unary('Sqrt'),
    exp: unary('Exp'),
    relu: unary('Relu'),
    sigmoid: unary('Sigmoid'),
    gelu: unary('Gelu'),
    softmax: (x, axis) =>
      graph.node('Softmax', [x], { ...x }, { axis: x.order.indexOf(positive(axis, x.shape.length)) }),

    layerNorm: (x, weight, bias, epsilon) =>
      graph.node(
        'LayerNormalization',
        [x, weight, bias].map((each) => graph.plain(each)),
        { shape: x.shape },
        { axis: -1, epsilon: { float: epsilon } },
      ),

    matMul,
    conv2d(x, weight, { bias, stride, padding }) {
      const [out, channels, height, width] = weight.shape;
      // At each pixel alone, it is a linear map.
      if (height * width === 1 && stride === 1 && padding === 0) {
        return matMul(x, reshape(weight, [out, channels]), { transposeB: true, bias });
      }
      return convolve(x, weight, bias, { stride, padding, groups: 1 });
    },
    depthwiseConv2d: (x, weight, { bias, padding }) =>
      convolve(x, weight, bias, { stride: 1, padding, groups: weight.shape[0] }),
    dilateKernel(weight, rate) {
      const { constant } = graph.plain(weight);
      if (!(constant instanceof Float32Array))
        throw new KernelcastError('MODEL', 'only a constant kernel can be dilated');
      const [channels, , k] = weight.shape;
      const size = (k - 1) * rate + 1;
      const spread = new Float32Array(channels * size * size);
      for (const [i, value] of constant.entries()) {
        const [channel, row, column] = [Math.floor(i / (k * k)), Math.floor(i / k) % k, i % k];
        spread[(channel * size + row * rate) * size + column * rate] = value;
      }
      return graph.constant(spread, [channels, 1, size, size]);
    },

    sum: reduce('ReduceSum'),
    mean: reduce('ReduceMean'),

    reshape,
    transpose,
    concat(xs, axis) {
      const at = positive(axis, xs[0].shape.length);
      const shape = [...xs[0].shape];
      for (const x of xs.slice(1)) shape[at] = shape[at] === -1 || x.shape[at] === -1 ? -1 : shape[at] + x.shape[at];
      const { order, element } = xs[0];
      const parts = xs.map((x) => graph.inOrder(x, order));
      return graph.node('Concat', parts, { shape, order, element }, { axis: order.indexOf(at) });
    },
    slice(x, axis, from, to) {
      const at = positive(axis, x.shape.length);
      const shape = x.shape.map((size, i) => (i === at ? to - from : size));
      const bounds = [[from], [to], [x.order.indexOf(at)]].map((values) => graph.integers(values));
      return graph.node('Slice', [x, ...bounds], { ...x, shape });
    },
    pad(x, paddings, value = 0) {
      const shape = x.shape.map((size, i) => {
        const [before, after] = paddings[i];
        return size === -1 && before + after === 0 ? -1 : size + before + after;
      });
      const amounts = graph.integers([0, 1].flatMap((side) => x.order.map((axis) => paddings[axis][side])));
      return graph.node('Pad', [x, amounts, graph.constant(new Float32Array([value]), [])], { shape, order: x.order });
    },
    tile(x, axis, times) {
      const at = positive(axis, x.shape.length);
      const shape = x.shape.map((size, i) => (i === at && size !== -1 ? size * times : size));
      const repeats = graph.integers(x.order.map((logical) => (logical === at ? times : 1)));
      return graph.node('Tile', [x, repeats], { ...x, shape });
    },
    gather(x, indices, axis) {
      const at = positive(axis, x.shape.length);
      const shape = x.shape.map((size, i) => (i === at ? indices.length : size));
      return graph.node('Gather', [x, graph.integers(indices)], { ...x, shape }, { axis: x.order.indexOf(at) });
    },

    topK(x, k) {
      const last = x.shape.length - 1;
      const shape = x.shape.map((size, i) => (i === last ? k : size));
      const { order } = x;
      const results = [
        { shape, order },
        { shape, order, element: 'int64' as const },
      ];
      // Descending; of equal values the one with the lower index comes first: so says the operator's definition.
      const [values, indices] = graph.nodes('TopK', [x, graph.integers([k])], results, { axis: order.indexOf(last) });
      return { values, indices };
    },
    takeAlong(x, indices, axis) {
      const at = positive(axis, x.shape.length);
      const but = (shape: readonly number[], size: number) => shape.map((length, i) => (i === at ? size : length));
      const batch = broadcast(but(x.shape, 1), but(indices.shape, 1));
      const spread = (from: OnnxTensor) => {
        const shape = but(batch, from.shape[at]);
        const laid = graph.inOrder(from, x.order);
        if (sameNumbers(shape, from.shape)) return laid;
        const sizes = x.order.map((logical) => {
          // A size of 1 leaves the axis as it is, which is right for a dynamic one on both sides.
          if (shape[logical] === -1 && from.shape[logical] === -1) return 1;
          if (shape[logical] === -1) throw shapeError('spread over a dynamic axis', from.shape, shape);
          return shape[logical];
        });
        return graph.node('Expand', [laid, graph.integers(sizes)], { ...laid, shape });
      };
      const [source, where] = [spread(x), spread(indices)];
      const result = { shape: where.shape, order: x.order };
      return graph.node('GatherElements', [source, where], result, { axis: x.order.indexOf(at) });
    },
    indexToFloat: (indices) => graph.node('Cast', [indices], { ...indices, element: 'float32' }, { to: 1 }),
    floatToIndex: (values) => graph.node('Cast', [values], { ...values, element: 'int64' }, { to: 7 }),
  };
}

interface Convolution {
  stride: number;
  padding: number;
  groups: number;
}

/** The operand of an elementwise operation whose order of axes the result takes: the larger one. */
function leading(a: OnnxTensor, b: OnnxTensor): OnnxTensor {
  if (a.shape.length !== b.shape.length) return a.shape.length > b.shape.length ? a : b;
  const size = (x: OnnxTensor) => product(x.shape.map((length) => (length === -1 ? Number.MAX_SAFE_INTEGER : length)));
  return size(b) > size(a) ? b : a;
}

/** An operand with as many axes as the result, in its order. A single value needs neither. */
function aligned(graph: GraphBuilder, x: OnnxTensor, rank: number, order: readonly number[]): OnnxTensor {
  if (product(x.shape) === 1) return x;
  const lifted = Array.from({ length: rank - x.shape.length }, () => 1);
  if (lifted.length === 0) return graph.inOrder(x, order);
  const source = graph.plain(x);
  // The leading axes that broadcasting adds need not be written where the axes lie plainly.
  if (sameNumbers(order, plainOrder(rank))) return source;
  const shape = [...lifted, ...x.shape];
  const whole = source.constant
    ? graph.constant(source.constant, shape, `${source.value}/${shape.join('x')}`)
    : graph.node('Reshape', [source, graph.integers(shape)], { shape });
  return graph.inOrder(whole, order);
}
