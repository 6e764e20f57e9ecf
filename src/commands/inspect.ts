/** `kernelcast inspect`: what a model artefact or checkpoint is, and the station tree that it makes of a dataset. */
import type { Command } from 'commander';
import type { Inspection } from '../../models/inspect.ts';
import type { StationTree } from '../../models/station-tree.ts';
import { dataDirectory } from '../config.ts';
import type { Station } from '../domain/station.ts';
import { KernelcastError } from '../errors.ts';

interface Options {
  dataset?: string;
  data?: string;
  json?: boolean;
}

interface TreeOfDataset {
  dataset: string;
  tree: StationTree;
  stations: readonly Station[];
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
  const tree = options.dataset ? await treeOf(inspection, options.dataset, dataDirectory(options.data)) : null;
  const text = options.json
    ? JSON.stringify({ ...inspection, stationTree: tree && treeAsIds(tree) }, null, 2)
    : [...describe(inspection), ...(tree ? describeTree(tree) : [])].join('\n');
  process.stdout.write(`${text}\n`);
}

async function treeOf({ artefact, path }: Inspection, dataset: string, root: string): Promise<TreeOfDataset> {
  const [{ ObservationStore }, { buildStationTree }] = await Promise.all([
    import('../store/observations.ts'),
    import('../../models/station-tree.ts'),
  ]);
  const architecture = artefact?.architecture as { stationsPerNode?: unknown } | undefined;
  const stationsPerNode = architecture?.stationsPerNode;
  if (typeof stationsPerNode !== 'number') {
    throw new KernelcastError('USAGE', 'only a forecaster makes a station tree', { where: { path } });
  }
  const { stations } = await new ObservationStore(root).describe(dataset);
  return { dataset, stations, tree: buildStationTree(stations, { stationsPerNode, branching: 'auto' }) };
}

function treeAsIds({ dataset, tree, stations }: TreeOfDataset) {
  const nodes = tree.nodes.map((slots) => slots.map((index) => stations[index]?.id ?? null));
  return { dataset, stationsPerNode: tree.stationsPerNode, branching: tree.branching, nodes };
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

function describeTree({ dataset, tree, stations }: TreeOfDataset): string[] {
  const slots = tree.nodes.flat();
  const padding = slots.filter((index) => index < 0).length;
  return [
    `station tree of '${dataset}': ${tree.branching.join(' x ')} nodes of ${tree.stationsPerNode} stations`,
    `  stations:   ${stations.length}, and ${padding} empty places`,
    ...tree.nodes.map((members, node) => {
      const names = members.filter((index) => index >= 0).map((index) => stations[index].name);
      return `  node ${String(node).padStart(4)}:  ${names.join(', ')}`;
    }),
  ];
}
