/**
 * The part of ONNX's protocol buffers that the emitter writes (onnx.proto, IR version 10): the numbers are the field
 * numbers of that file, unlisted fields are never set.
 */
import protobuf from 'protobufjs/light.js';

/** Opset 20 is the first with Gelu; IR version 9 is the oldest that may carry it. */
export const OPSET = 20;
const IR_VERSION = 9;

type Field = readonly [type: string, id: number, rule?: 'repeated'];

function message(fields: Record<string, Field>): protobuf.IType {
  const entries = Object.entries(fields).map(([name, [type, id, rule]]) => [name, { type, id, ...(rule && { rule }) }]);
  return { fields: Object.fromEntries(entries) };
}

const root = protobuf.Root.fromJSON({
  nested: {
    ModelProto: message({
      irVersion: ['int64', 1],
      opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
      producerName: ['string', 2],
      graph: ['GraphProto', 7],
    }),
    OperatorSetIdProto: message({ domain: ['string', 1], version: ['int64', 2] }),
    GraphProto: message({
      node: ['NodeProto', 1, 'repeated'],
      name: ['string', 2],
      initializer: ['TensorProto', 5, 'repeated'],
      input: ['ValueInfoProto', 11, 'repeated'],
      output: ['ValueInfoProto', 12, 'repeated'],
    }),
    NodeProto: message({
      input: ['string', 1, 'repeated'],
      output: ['string', 2, 'repeated'],
      name: ['string', 3],
      opType: ['string', 4],
      attribute: ['AttributeProto', 5, 'repeated'],
    }),
    AttributeProto: message({
      name: ['string', 1],
      f: ['float', 2],
      i: ['int64', 3],
      s: ['bytes', 4],
      ints: ['int64', 8, 'repeated'],
      type: ['int32', 20],
    }),
    TensorProto: message({
      dims: ['int64', 1, 'repeated'],
      dataType: ['int32', 2],
      name: ['string', 8],
      rawData: ['bytes', 9],
    }),
    ValueInfoProto: message({ name: ['string', 1], type: ['TypeProto', 2] }),
    TypeProto: message({ tensorType: ['TensorTypeProto', 1] }),
    TensorTypeProto: message({ elemType: ['int32', 1], shape: ['TensorShapeProto', 2] }),
    TensorShapeProto: message({ dim: ['DimensionProto', 1, 'repeated'] }),
    DimensionProto: message({ dimValue: ['int64', 1], dimParam: ['string', 2] }),
  },
});

/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
/** TensorProto.DataType. */
const DATA_TYPE = { float32: 1, int64: 7 } as const;

export type ElementType = keyof typeof DATA_TYPE;
/** A number is written as an integer attribute; a float attribute is `{ float: 0.5 }`. */
export type AttributeValue = number | { float: number } | string | readonly number[];

export interface Node {
  operator: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, AttributeValue>>;
}

export interface Initializer {
  name: string;
  shape: readonly number[];
  values: Float32Array | BigInt64Array;
}

/** A shape of the graph's interface: a name is a dynamic size. */
export interface ValueInfo {
  name: string;
  element: ElementType;
  shape: readonly (number | string)[];
}

export interface Graph {
  name: string;
  nodes: readonly Node[];
  initializers: readonly Initializer[];
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
}

/** The bytes of an ONNX file. */
export function encodeModel(graph: Graph): Uint8Array {
  return root
    .lookupType('ModelProto')
    .encode({
      irVersion: IR_VERSION,
      opsetImport: [{ domain: '', version: OPSET }],
      producerName: 'kernelcast',
      graph: {
        name: graph.name,
        node: graph.nodes.map(nodeMessage),
        initializer: graph.initializers.map(tensorMessage),
        input: graph.inputs.map(valueMessage),
        output: graph.outputs.map(valueMessage),
      },
    })
    .finish();
}

function nodeMessage(node: Node, index: number) {
  return {
    input: node.inputs,
    output: node.outputs,
    name: `${node.operator}_${index}`,
    opType: node.operator,
    attribute: Object.entries(node.attributes).map(([name, value]) => ({ name, ...attributeValue(value) })),
  };
}

function attributeValue(value: AttributeValue) {
  if (typeof value === 'number') return { i: value, type: ATTRIBUTE_TYPE.int };
  if (typeof value === 'string') return { s: new TextEncoder().encode(value), type: ATTRIBUTE_TYPE.string };
  if ('float' in value) return { f: value.float, type: ATTRIBUTE_TYPE.float };
  return { ints: value, type: ATTRIBUTE_TYPE.ints };
}

function tensorMessage({ name, shape, values }: Initializer) {
  return {
    name,
    dims: shape,
    dataType: values instanceof Float32Array ? DATA_TYPE.float32 : DATA_TYPE.int64,
    // ONNX's raw data is little-endian, as are all machines that Node and ONNX Runtime run on.
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

function valueMessage({ name, element, shape }: ValueInfo) {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[element], shape: { dim } } } };
}
