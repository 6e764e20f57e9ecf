/** Checkpoints in each layout in which they are published. */
import { describe, expect, test } from 'vitest';
import { importPublished } from '../../../models/unireplknet/backbone.ts';
import { networkSpecs } from '../../../models/unireplknet/network.ts';
import { variantOf } from '../../../models/unireplknet/published-checkpoint.ts';
import { upernetSpecs } from '../../../models/unireplknet/upernet.ts';
import { VARIANTS, type Variant, variantConfig } from '../../../models/unireplknet/variants.ts';
import type { NamedTensor } from '../../../models/weights/safetensors.ts';

function tensors(specs: readonly { name: string; shape: readonly number[] }[], prefix = ''): [string, NamedTensor][] {
  return specs.map(({ name, shape }) => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5);
    return [prefix + name, { shape, values }];
  });
}

const take = (entries: [string, NamedTensor][], variant?: Variant, classes?: number) =>
  importPublished(new Map(entries), { variant, classes }, { fuse: false, file: 'f' });

describe('published checkpoints', () => {
  test('each variant is known by its sizes', () => {
    for (const variant of VARIANTS) expect(variantOf(variantConfig(variant))).toBe(variant);
  });

  test('a head of ImageNet-22K has 21,841 classes, which nobody has to say', () => {
    const specs = networkSpecs(variantConfig('a', { classes: 21_841 }), 'training');
    const { backbone, variant } = take(tensors(specs));
    expect(variant).toBe('a');
    expect(backbone.network.classes).toBe(21_841);
    expect(take(tensors(specs), 'a').backbone.network).toEqual({ ...backbone.network, dropPathRate: 0 });
    expect(() => take(tensors(specs), 'a', 1000)).toThrow(/head\.weight \(expected \[1000,320\]/);
  });

  test('a detector gives its backbone with the four norms; what is not built is counted', () => {
    const network = variantConfig('a', { classes: undefined, featureNorms: true });
    const specs = networkSpecs(network, 'training');
    const other = tensors([
      { name: 'neck.lateral_convs.0.conv.weight', shape: [2, 3, 1, 1] },
      { name: 'roi_head.x', shape: [1] },
    ]);
    const { backbone, leftOut } = take([...tensors(specs, 'backbone.'), ...other]);
    expect(leftOut).toEqual({ neck: 1, roi_head: 1 });
    expect(backbone.network).toMatchObject({ featureNorms: true });
    expect(backbone.weights.has('norm3.bias')).toBe(true);
  });

  test("a segmenter of ADE20K's layout gives UPerNet too, in whatever wrapper", () => {
    const network = variantConfig('a', { classes: undefined, featureNorms: true });
    const head = upernetSpecs({ dims: network.dims, channels: 16, classes: 150 });
    const entries = [
      ...tensors(networkSpecs(network, 'training'), 'module.backbone.'),
      ...tensors(head, 'module.decode_head.'),
      ...tensors([{ name: 'module.auxiliary_head.conv_seg.bias', shape: [150] }]),
    ];
    const { backbone, leftOut } = take(entries);
    expect(leftOut).toEqual({ auxiliary_head: 1 });
    expect(backbone.segmentation?.config).toEqual({ dims: network.dims, channels: 16, classes: 150 });
    expect(() => take(entries.filter(([name]) => !name.endsWith('fpn_convs.1.bn.bias')))).toThrow(
      /fpn_convs\.1\.bn\.bias/,
    );
  });

  test('what is no UniRepLKNet is refused with what it would be known by', () => {
    expect(() => take(tensors([{ name: 'conv1.weight', shape: [1] }]))).toThrow(/no UniRepLKNet/);
  });
});
