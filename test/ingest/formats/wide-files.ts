/** Headers of CDF-5 files, for the tests of reading them. */

/** `NON_NEG` and `OFFSET` of CDF-5. */
export const wide = (...values: number[]) => values.map((value) => uint64(BigInt(value)));
export const uint64 = (value: bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
};
export const tag = (value: number) => Buffer.from([0, 0, 0, value]);
export const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
export const name = (text: string) => [...wide(Buffer.byteLength(text)), padded(Buffer.from(text))];

export interface WideVariable {
  name: string;
  dimensions: number[];
  type: number;
  attributes?: { name: string; type: number; count: number; bytes: Buffer }[];
}

/** The header of a CDF-5 file, whose variables begin where `offsets` says. */
export function header(
  records: bigint,
  dimensions: [string, number][],
  variables: WideVariable[],
  offsets: number[],
): Buffer {
  const attributes = (list: WideVariable['attributes'] = []) =>
    list.length === 0
      ? [tag(0), ...wide(0)]
      : [
          tag(12),
          ...wide(list.length),
          ...list.flatMap((one) => [...name(one.name), tag(one.type), ...wide(one.count), padded(one.bytes)]),
        ];
  return Buffer.concat([
    Buffer.from('CDF\x05', 'latin1'),
    uint64(records),
    tag(10),
    ...wide(dimensions.length),
    ...dimensions.flatMap(([text, size]) => [...name(text), ...wide(size)]),
    ...attributes(),
    tag(11),
    ...wide(variables.length),
    ...variables.flatMap((variable, index) => [
      ...name(variable.name),
      ...wide(variable.dimensions.length, ...variable.dimensions),
      ...attributes(variable.attributes),
      tag(variable.type),
      ...wide(0, offsets[index]),
    ]),
  ]);
}
