/** The trained network as a forecast model: the stations' windows in, 24 hours of every station out, by ONNX Runtime. */
import { join } from 'node:path';
import type { Series } from '../../src/domain/series.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Shard } from '../../src/store/runs/parts.ts';
import type { EngineReport } from '../engine/engine-choice.ts';
import { openOnnxLanes } from '../engine/onnx/lanes.ts';
import type { ForecastInput, ForecastModel } from '../forecast-model.ts';
import { CALIBRATION } from '../uncertainty/calibration.ts';
import { RANK_PATHS, rankPathsOf } from '../uncertainty/rank-paths.ts';
import { artefactSchema, ONNX_FILE, readArtefact, WEIGHTS_FILE } from '../weights/artefact.ts';
import { decodeSafetensors } from '../weights/safetensors.ts';
import { ForecastArrays } from './forecast-arrays.ts';
import { openForecasterArtefact } from './forecaster-artefact.ts';
import { forecasterReader, type ImageReader, upwindReader } from './image-reader.ts';
import { layOutNodes, type NodeLayout, type NodeLayouts } from './node-layout.ts';
import { HISTORY_HOURS, type StationWindows, stationWindows } from './station-windows.ts';
import { recallTree, type StoredTree } from './stored-tree.ts';
import { openUpwindArtefact, UPWIND_KIND } from './upwind/artefact.ts';

export interface NetworkModelOptions {
  /** Threads that share one operation. Default: as many as there are cores. */
  threads?: number;
  /** Computes once on nothing now, so that the first forecast is not the slow one. */
  warm?: boolean;
}

/** A model that holds a session, and says what computes in it. */
export interface NetworkModel extends ForecastModel {
  readonly engine: EngineReport;
  close(): Promise<void>;
}

/** @throws KernelcastError `NOT_FOUND`, `STORE_CORRUPT` or `MODEL` when the artefact is not whole or not a forecaster. */
export async function openNetworkModel(folder: string, options: NetworkModelOptions = {}): Promise<NetworkModel> {
  const { threads, warm = false } = options;
  const { artefact, reader } = await openEither(folder);
  const { stationTree, id, name, files } = artefact.manifest;
  const { tensors } = decodeSafetensors(await artefact.read(WEIGHTS_FILE), join(folder, WEIGHTS_FILE));
  const calibration = tensors.get(CALIBRATION);
  const bank = tensors.get(RANK_PATHS);
  const rankPaths = bank && rankPathsOf(bank);
  const session = await openOnnxLanes(await artefact.read(ONNX_FILE), {
    threads,
    warm: warm ? reader.shapes(reader.inALane) : undefined,
    file: join(folder, ONNX_FILE),
  });
  const atOnce = session.lanes * reader.inALane;
  const batch = reader.createBatch(atOnce);
  const layoutOf = rememberLayout(reader.layout, stationTree);
  const windowsOf = rememberWindows();

  async function forecast({ observations, init, shard, wanted }: ForecastInput): Promise<Series> {
    const nodes = ofShard(layoutOf(observations.stations), shard).filter(
      ({ stations: [own] }) => !wanted || wanted.has(observations.stations[own].id),
    );
    const windows = windowsOf(observations, init);
    const own = nodes.map(({ stations: [station] }) => station);
    const result = new ForecastArrays(
      observations,
      shard ? own : [...observations.stations.keys()],
      calibration,
      reader,
    );
    for (let from = 0; from < nodes.length; from += atOnce) {
      const some = nodes.slice(from, from + atOnce);
      for (const [image, node] of some.entries()) {
        batch.write(image, observations.stations, node, init, windows);
      }
      const outputs = batch.outputs(some.length);
      await session.run(batch.inputs(some.length), outputs);
      result.write(own.slice(from, from + atOnce), windows, outputs);
    }
    return result.asSeries(init, rankPaths);
  }

  // One after the other, since all write to the same batch.
  let last: Promise<unknown> = Promise.resolve();
  return {
    id,
    name,
    kind: 'network',
    weightsSha256: files[WEIGHTS_FILE].sha256,
    historyHours: HISTORY_HOURS,
    engine: session.engine,
    forecast(input) {
      const result = last.then(() => forecast(input));
      last = result.catch(() => {});
      return result;
    },
    close: () => session.close(),
  };
}

async function openEither(folder: string) {
  const { manifest } = await readArtefact(folder, artefactSchema);
  if (manifest.kind === UPWIND_KIND) {
    const artefact = await openUpwindArtefact(folder);
    return { artefact, reader: upwindReader(artefact.manifest.architecture) };
  }
  const artefact = await openForecasterArtefact(folder);
  return { artefact, reader: forecasterReader(artefact.manifest.architecture) };
}

/** Each station is seen in its own image and in those of its neighbours, which may be in other shards of the same run. */
function rememberWindows(): (observations: Series, init: number) => StationWindows {
  const known = new WeakMap<Series, { init: number; windows: StationWindows }>();
  return (observations, init) => {
    let of = known.get(observations);
    if (of?.init !== init) {
      of = { init, windows: stationWindows(observations, init) };
      known.set(observations, of);
    }
    return of.windows;
  };
}

/** Images lie in the order of the station tree, so a shard is a run of its branches. */
function ofShard(nodes: NodeLayouts, shard: Shard | undefined): NodeLayout[] {
  if (!shard) return nodes.slice();
  const at = (index: number) => Math.round((index * nodes.count) / shard.count);
  return nodes.slice(at(shard.index), at(shard.index + 1));
}

/** Laying out takes longer than forecasting; the station list of a dataset rarely changes. */
function rememberLayout(
  config: ImageReader['layout'],
  stored: StoredTree,
): (stations: readonly Station[]) => NodeLayouts {
  let last: readonly Station[] | undefined;
  let key: string | undefined;
  let layout: NodeLayouts | undefined;
  return (stations) => {
    // Somebody's own station: laid out at once, and no reason to forget a dataset's.
    if (stations.length === 1) return layOutNodes(stations, config);
    if (layout && stations === last) return layout;
    const places = stations.map(({ id, latitude, longitude }) => `${id},${latitude},${longitude}`).join(';');
    if (!layout || places !== key) {
      layout = layOutNodes(stations, config, recallTree(stored, stations));
      key = places;
    }
    last = stations;
    return layout;
  };
}
