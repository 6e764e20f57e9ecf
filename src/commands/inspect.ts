/** `kernelcast inspect`: what a model artefact or checkpoint is, and the station tree that it makes of a dataset. */
import type { Command } from 'commander';
import type { StoredTree } from '../../models/forecaster/stored-tree.ts';
import type { Inspection } from '../../models/inspect.ts';
import { dataDirectory } from '../config.ts';
import { KernelcastError } from '../errors.ts';

interface Options {
  dataset?: string;
  data?: string;
  json?: boolean;
}

export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .description('tell what a model artefact or a safetensors file holds')
    .argument('<path>', 'the folder of a model artefact, or a safetensors file')
    .option('--dataset <name>', "show the station tree that a forecaster makes of this dataset's stations")
    .option('--data <folder>', 'where all state is kept (default: $KERNELCAST_DATA or ./data)')
    .option('--json', 'everything, for programs')
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const { inspect } = await import('../../models/inspect.ts');
  const inspection = await inspect(path);
  const tree = options.dataset
    ? await treeOf(inspection, options.dataset, dataDirectory(options.data))
    : await storedTree(inspection);
  const text = options.json
    ? JSON.stringify({ ...inspection, stationTree: tree }, null, 2)
    : [...describe(inspection), ...(tree ? describeTree(tree) : [])].join('\n');
  process.stdout.write(`${text}\n`);
}

/** The tree of the stations that the model was trained on. */
async function storedTree({ artefact }: Inspection): Promise<StoredTree | null> {
  const { storedTreeSchema } = await import('../../models/forecaster/stored-tree.ts');
  return storedTreeSchema.safeParse(artefact?.stationTree).data ?? null;
}

async function treeOf({ artefact, path }: Inspection, dataset: string, root: string): Promise<StoredTree> {
  const [{ ObservationStore }, { buildStationTree }, { storeTree }] = await Promise.all([
    import('../store/observations.ts'),
    import('../../models/station-tree.ts'),
    import('../../models/forecaster/stored-tree.ts'),
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
