/** The models of the mocked API, and their cards. */

export const MODELS = [
  { id: 'unireplknet-sample', name: 'UniRepLKNet', kind: 'network', weightsSha256: 'a'.repeat(64) },
  { id: 'persistence', name: 'Persistence', kind: 'baseline', weightsSha256: null },
  { id: 'climatology', name: 'Climatology', kind: 'baseline', weightsSha256: null },
];

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
    models: MODELS.map(({ id, name, kind, weightsSha256 }) => ({
      id,
      name,
      kind,
      weights_sha256: weightsSha256,
      created_at: weightsSha256 === null ? null : '2025-01-03T10:00:00.000Z',
      training: weightsSha256 === null ? null : training,
      in_latest_run: true,
    })),
  };
}
