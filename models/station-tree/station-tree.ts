/**
 * The station tree: which stations share a node (an image of the network), and which nodes are siblings.
 *
 * Stations are grouped by hierarchical balanced k-means on the sphere (chord distances), from the root down, so that
 * stations of a node are near each other and so are the nodes of a group. All nodes have the same number of slots;
 * where stations do not fill them, a slot is -1: the forecaster feeds zeros there and counts no loss.
 *
 *     const tree = buildStationTree(stations, { stationsPerNode: 11, branching: [7, 50] });
 *     tree.nodes[0]; // the 11 stations of the first of 350 nodes; nodes 0..49 are the first coarse group
 *
 * Source: the hierarchy of CorrFormer (Wu et al. 2023), whose published order of stations is not reproducible; this
 * is our own deterministic one.
 */
import { unitVector, wrapLongitude } from '../../src/domain/geo.ts';
import { KernelcastError } from '../../src/errors.ts';
import { balancedClusters, squaredDistance, type Vector } from './balanced-clusters.ts';

export interface StationTree {
  stationsPerNode: number;
  /** Children of a group, from the root down; the product is the number of nodes. [7, 50]: 7 groups of 50 nodes. */
  branching: number[];
  /**
   * [node][slot]: an index into the list of stations, or -1 for padding, which stands last in its node. Each station is
   * in exactly one slot. Siblings are neighbours in this list, as the branching says. The first station of a node is its most central.
   */
  nodes: number[][];
}

export interface StationTreeOptions {
  stationsPerNode: number;
  /** 'auto': one level up to 12 nodes, else two levels of about the square root, with as little padding as can be. */
  branching: readonly number[] | 'auto';
}

const MOST_NODES_OF_ONE_LEVEL = 12;

/**
 * Groups stations into a tree. The result depends on the places only: not on the order of the list (beyond the
 * indices, and the order of stations at the same place), nor on how a longitude is written (190 or -170).
 *
 * @throws KernelcastError `STATIONS` where a coordinate is no number, or stations are too few or too many for the tree.
 */
export function buildStationTree(
  stations: readonly { latitude: number; longitude: number }[],
  { stationsPerNode, branching }: StationTreeOptions,
): StationTree {
  checkStations(stations, stationsPerNode);
  const levels = branching === 'auto' ? chooseBranching(stations.length, stationsPerNode) : [...branching];
  checkBranching(levels, stationsPerNode, stations.length);

  const places = stations.map(({ latitude, longitude }) => ({ latitude, longitude: wrapLongitude(longitude) }));
  const points = places.map(unitVector);
  const canonical = places.map((_, index) => index);
  canonical.sort((a, b) => places[a].latitude - places[b].latitude || places[a].longitude - places[b].longitude);

  let groups: number[][] = [canonical];
  for (const children of levels) groups = groups.flatMap((group) => balancedClusters(points, group, children));
  const nodes = groups.map((members) => {
    const slots = centralFirst(points, members);
    return [...slots, ...new Array<number>(stationsPerNode - slots.length).fill(-1)];
  });
  return { stationsPerNode, branching: levels, nodes };
}

function centralFirst(points: readonly Vector[], members: readonly number[]): number[] {
  const sum = [0, 0, 0];
  for (const member of members) for (let axis = 0; axis < 3; axis++) sum[axis] += points[member][axis];
  const centre: Vector = [sum[0] / members.length, sum[1] / members.length, sum[2] / members.length];
  const distance = new Map(members.map((member) => [member, squaredDistance(points[member], centre)]));
  return [...members].sort((a, b) => distance.get(a)! - distance.get(b)!);
}

function chooseBranching(stations: number, stationsPerNode: number): number[] {
  const nodes = Math.ceil(stations / stationsPerNode);
  if (nodes <= MOST_NODES_OF_ONE_LEVEL) return [nodes];
  let best = [nodes];
  let fewest = Number.POSITIVE_INFINITY;
  for (let groups = Math.floor(Math.sqrt(nodes)); groups >= Math.sqrt(nodes) / 2; groups--) {
    const children = Math.ceil(nodes / groups);
    const total = groups * children;
    if (total < fewest && total <= stations) {
      fewest = total;
      best = [groups, children];
    }
  }
  return best;
}

function checkStations(stations: readonly { latitude: number; longitude: number }[], stationsPerNode: number): void {
  if (stations.length === 0) throw new KernelcastError('STATIONS', 'a station tree needs at least one station');
  if (!Number.isInteger(stationsPerNode) || stationsPerNode < 1) {
    throw new KernelcastError('STATIONS', `a node cannot hold ${stationsPerNode} stations`);
  }
  stations.forEach(({ latitude, longitude }, index) => {
    if (!(Math.abs(latitude) <= 90) || !Number.isFinite(longitude)) {
      throw new KernelcastError('STATIONS', 'a station has no valid place', { where: { index, latitude, longitude } });
    }
  });
}

function checkBranching(branching: readonly number[], stationsPerNode: number, stations: number): void {
  const nodes = branching.reduce((product, children) => product * children, 1);
  const where = { branching: branching.join(' x '), stationsPerNode, stations };
  if (branching.length === 0 || branching.some((children) => !Number.isInteger(children) || children < 1)) {
    throw new KernelcastError('STATIONS', 'the branching of a station tree is a list of whole numbers from 1', {
      where,
    });
  }
  if (nodes * stationsPerNode < stations) {
    throw new KernelcastError('STATIONS', `the station tree has only ${nodes * stationsPerNode} slots`, {
      where,
      hint: "Let a node hold more stations, or leave the branching to 'auto'.",
    });
  }
  if (nodes > stations) {
    throw new KernelcastError('STATIONS', `the station tree has ${nodes} nodes: some would hold no station`, {
      where,
      hint: "Use fewer nodes, or leave the branching to 'auto'.",
    });
  }
}

/** [node * slot]: 1 where a slot holds a station, 0 where it is padding. */
export function slotMask(tree: StationTree): Float32Array {
  return Float32Array.from(tree.nodes.flat(), (station) => (station < 0 ? 0 : 1));
}

/** Rearranges [time, station] to [time, node * slot]; padding becomes `padding` (0). */
export function gatherSlots(tree: StationTree, values: Float32Array, stations: number, padding = 0): Float32Array {
  const order = tree.nodes.flat();
  const times = values.length / stations;
  const slots = new Float32Array(times * order.length).fill(padding);
  for (let time = 0; time < times; time++) {
    for (let slot = 0; slot < order.length; slot++) {
      if (order[slot] >= 0) slots[time * order.length + slot] = values[time * stations + order[slot]];
    }
  }
  return slots;
}

/** Undoes `gatherSlots`: [time, node * slot] to [time, station]; what stands in padding is dropped. */
export function scatterSlots(tree: StationTree, slots: Float32Array, stations: number): Float32Array {
  const order = tree.nodes.flat();
  const times = slots.length / order.length;
  const values = new Float32Array(times * stations);
  for (let time = 0; time < times; time++) {
    for (let slot = 0; slot < order.length; slot++) {
      if (order[slot] >= 0) values[time * stations + order[slot]] = slots[time * order.length + slot];
    }
  }
  return values;
}
