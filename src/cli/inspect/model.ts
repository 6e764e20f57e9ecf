/** `kernelcast inspect` of a model artefact or checkpoint, and the station tree that it makes of a dataset. */
import type { StoredTree } from '../../../models/universal/stored-tree.ts';
import type { Inspection } from '../../../models/weights/inspect.ts';
import { KernelcastError } from '../../errors.ts';
import type { Described } from './described.ts';

/**
 * @param dataset whose stations a forecaster is to make a tree of, instead of its own tree
 * @throws KernelcastError see `inspect` of the models; `USAGE` where a tree is asked of what makes none
 */
export async function describeModel(path: string, root: string, dataset?: string): Promise<Described> {
  const { inspect } = await import('../../../models/weights/inspect.ts');
  const inspection = await inspect(path);
  const tree = dataset ? await treeOf(inspection, dataset, root) : await storedTree(inspection);
  return {
    json: { kind: 'model', ...inspection, stationTree: tree },
    lines: [...describe(inspection), ...(tree ? describeTree(tree) : [])],
  };
}

/** The tree of the stations that the model was trained on. */
async function storedTree({ artefact }: Inspection): Promise<StoredTree | null> {
  const { storedTreeSchema } = await import('../../../models/universal/stored-tree.ts');
  return storedTreeSchema.safeParse(artefact?.stationTree).data ?? null;
}

async function treeOf({ artefact, path }: Inspection, dataset: string, root: string): Promise<StoredTree> {
  const [{ ObservationStore }, { buildStationTree }, { storeTree }] = await Promise.all([
    import('../../store/observations/observations.ts'),
    import('../../../models/station-tree/station-tree.ts'),
    import('../../../models/universal/stored-tree.ts'),
  ]);
  const architecture = artefact?.architecture as { stationsPerNode?: unknown } | undefined;
  const stationsPerNode = architecture?.stationsPerNode;
  if (typeof stationsPerNode !== 'number') {
    throw new KernelcastError('USAGE', 'only a forecaster makes a station tree', { where: { path } });
  }
  const { stations } = await new ObservationStore(root).describe(dataset);
  return storeTree(dataset, stations, buildStationTree(stations, { stationsPerNode, branching: 'auto' }));
}

function describe({ path, artefact, backbone, parameters, tensors }: Inspection): string[] {
  const lines = artefact
    ? [`${artefact.name} (${artefact.id}), a ${artefact.kind} of ${artefact.createdAt}`]
    : [`${path}, a checkpoint`];
  if (backbone) {
    const { network, form, variant } = backbone;
    const name = variant ? `UniRepLKNet-${variant.toUpperCase()}` : 'UniRepLKNet';
    lines.push(`  network:    ${name}, ${form === 'fused' ? 'fused' : 'in training form'}`);
    lines.push(`  channels:   ${network.inChannels} in, ${network.dims.join(', ')} in the stages`);
    lines.push(`  kernels:    ${network.kernels.map((stage) => stage.join(' ')).join(' | ')}`);
    lines.push(`  head:       ${network.classes ? `${network.classes} classes` : 'none'}`);
  } else if (artefact) {
    lines.push(`  network:    ${JSON.stringify(artefact.architecture)}`);
  }
  lines.push(`  parameters: ${parameters} in ${tensors.length} tensors`);
  for (const [name, { bytes, sha256 }] of Object.entries(artefact?.files ?? {})) {
    lines.push(`  file:       ${name}, ${bytes} bytes, sha256 ${sha256}`);
  }
  return lines;
}

function describeTree({ dataset, branching, stationsPerNode, nodes }: StoredTree): string[] {
  const members = nodes.map((slots) => slots.filter((id) => id !== null));
  const stations = members.flat().length;
  return [
    `station tree of '${dataset}': ${branching.join(' x ')} nodes of ${stationsPerNode} stations`,
    `  stations:   ${stations}, and ${nodes.flat().length - stations} empty places`,
    ...members.map((ids, node) => `  node ${String(node).padStart(4)}:  ${ids.join(', ')}`),
  ];
}
