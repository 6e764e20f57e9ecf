/** The models of the mocked API, and their cards. */

export const MODELS = [
  {
    id: 'unireplknet-sample',
    name: 'UniRepLKNet',
    kind: 'network',
    weights_sha256: '3b7e0c'.padEnd(64, 'a096983c79cf7b45'),
  },
  { id: 'persistence', name: 'Persistence', kind: 'baseline', weights_sha256: null },
  { id: 'climatology', name: 'Climatology', kind: 'baseline', weights_sha256: null },
];

const ARCHITECTURE = {
  stationsPerNode: 8,
  haloStations: 8,
  dModel: 48,
  backbone: { depths: [1, 1, 2, 1], dims: [24, 48, 96, 192], kernels: [[13], [11], [5, 3], [3]] },
};

/** The answer of `/v1/models/{id}/training`: a loss that falls and wavers, validated every twentieth step. */
export function mockTraining(model: string): unknown {
  const steps = Array.from({ length: 200 }, (_, index) => (index + 1) * 20);
  const fall = (step: number): number => 0.2 + 0.8 * Math.exp(-step / 700);
  return {
    model,
    best_step: 3600,
    steps,
    loss: steps.map((step) => fall(step) + 0.03 * Math.sin(step) - 0.00001 * step),
    validation: steps.map((step) => {
      if (step % 400 !== 0) return null;
      const loss = fall(step) + 0.02 + (step > 3600 ? 0.01 : 0);
      return { loss, temperature_2m: loss * 1.6, wind_speed_10m: loss * 1.1 };
    }),
  };
}

/** The answer of `/v1/models`. */
export function mockModels(dataset: string): unknown {
  const training = {
    spans: [
      { dataset, role: 'training', from: '2024-01-01T00:00Z', to: '2024-12-01T00:00Z' },
      { dataset, role: 'validation', from: '2024-12-01T00:00Z', to: '2025-01-01T00:00Z' },
    ],
    steps: 4000,
    engine: 'TensorFlow 2.21.0',
    validationLoss: 0.2239,
  };
  return {
    dataset,
    engine: { name: 'ONNX Runtime 1.30.0', device: 'cpu', why: 'the CUDA provider of ONNX Runtime is not installed' },
    models: MODELS.map(({ id, name, kind, weights_sha256 }) => ({
      id,
      name,
      kind,
      weights_sha256,
      created_at: weights_sha256 === null ? null : '2025-01-03T10:00:00.000Z',
      training: weights_sha256 === null ? null : training,
      architecture: weights_sha256 === null ? null : ARCHITECTURE,
      in_latest_run: true,
    })),
  };
}
