/** The architecture of a CorrFormer as it stands in configurations and in `model.json`: the published form, other sizes. */
import { z } from 'zod';
import { FORECAST_VARIABLES, INPUT_HOURS, LEAD_HOURS } from '../../forecast-model.ts';
import { type CorrFormerConfig, REFERENCE_SIZES } from '../config.ts';

const size = z.int().positive();
const stages = z.array(size).length(4);

const encoderSchema = z.discriminatedUnion('kind', [
  /** CorrFormer's own. */
  z.strictObject({ kind: z.literal('corrformer'), layers: size }),
  /** UniRepLKNet on the embedding of a node, [48 hours, dModel], read as an image. */
  z.strictObject({
    kind: z.literal('unireplknet'),
    network: z.strictObject({
      depths: stages,
      /** The last of them is dModel: the last feature map's pixels are the decoder's tokens. */
      dims: stages,
      kernels: z.array(z.array(z.int())).length(4),
      dropPathRate: z.number().min(0).max(1),
      layerScaleInit: z.number(),
    }),
    image: z.tuple([size, size]),
    tokenOrder: z.enum(['tokens', 'raw']).default('tokens'),
  }),
]);

export const corrFormerSchema = z
  .strictObject({
    /** It forecasts one variable. */
    variable: z.enum(FORECAST_VARIABLES),
    stationsPerNode: size,
    /** Of the station tree, from the root down; the product is the number of nodes. */
    branching: z.array(size).min(1),
    dModel: size,
    heads: size.default(REFERENCE_SIZES.heads),
    /** Width of the feed-forward part. */
    dFeedForward: size,
    /** Hours of the moving average that makes the trend. */
    movingAverage: size.default(REFERENCE_SIZES.movingAverage),
    lagFactor: z.number().positive().default(REFERENCE_SIZES.lagFactor),
    tcnLayers: size.default(REFERENCE_SIZES.tcnLayers),
    decoderLayers: size.default(REFERENCE_SIZES.decoderLayers),
    dropoutRate: z.number().min(0).lt(1).default(REFERENCE_SIZES.dropoutRate),
    encoder: encoderSchema,
  })
  .refine(({ dModel, heads }) => dModel % heads === 0, 'dModel must be a multiple of heads')
  .refine(({ movingAverage }) => movingAverage % 2 === 1, 'movingAverage must be odd')
  .refine(
    ({ encoder, dModel }) =>
      encoder.kind === 'corrformer' ||
      (encoder.network.dims[3] === dModel && encoder.image[0] * encoder.image[1] === INPUT_HOURS * dModel),
    'an image holds 48 x dModel values, and the last of dims is dModel',
  );

export type CorrFormerArchitecture = z.infer<typeof corrFormerSchema>;

/** What the network is built from. */
export function corrFormerConfig({ variable: _, encoder, ...sizes }: CorrFormerArchitecture): CorrFormerConfig {
  return {
    ...sizes,
    inputHours: INPUT_HOURS,
    labelHours: REFERENCE_SIZES.labelHours,
    leadHours: LEAD_HOURS,
    encoder: encoder.kind === 'corrformer' ? encoder : { ...encoder, network: { ...encoder.network, inChannels: 1 } },
  };
}
