/** What serving needs to know of a universal forecaster, whichever architecture it has: how it reads images, and in which units it answers. */
import type { Point } from '../../src/domain/geo.ts';
import type { Station } from '../../src/domain/station.ts';
import type { Hour } from '../../src/domain/time.ts';
import { INPUT_HOURS } from '../forecast-model.ts';
import { imagesAtOnce } from '../unireplknet/network.ts';
import type { NamedTensor } from '../weights/safetensors.ts';
import type { ForecasterConfig } from './config.ts';
import { CHANNEL_SCALES, writeFeatures } from './features.ts';
import { forecasterInputShapes } from './network.ts';
import { createNodeBatch } from './node-batch.ts';
import type { NodeLayout } from './node-layout.ts';
import type { StationWindows } from './station-windows.ts';
import { createUpwindBatch } from './upwind/batch.ts';
import { ROWS, SCALES, type UpwindConfig } from './upwind/config.ts';
import { writeNeighbourFeatures } from './upwind/neighbour-features.ts';
import { upwindInputShapes } from './upwind/network.ts';
import { turned, writeOwnFeatures } from './upwind/own-features.ts';

export interface ImageBatch {
  write(image: number, stations: readonly Station[], node: NodeLayout, init: Hour, windows: StationWindows): void;
  /** Of the first so many images. */
  inputs(images: number): Record<string, NamedTensor>;
  /** Each [images, lead * channel]. */
  outputs(images: number): { mean: NamedTensor; logScale: NamedTensor };
}

export interface ImageReader {
  layout: { stationsPerNode: number; neighbours: boolean };
  /** Images that one thread computes at once. */
  inALane: number;
  /** degC or m/s that make one unit of each channel. */
  scales: readonly number[];
  /** -1 where a channel is forecast with its sign turned at a place; else 1. */
  turned(place: Point, channel: number): number;
  shapes(images: number): Record<string, readonly number[]>;
  createBatch(capacity: number): ImageBatch;
}

/** A perceptron alone is bound by memory, not by caches. */
const WITHOUT_IMAGE = 64;

export function forecasterReader(config: ForecasterConfig): ImageReader {
  return {
    layout: config,
    inALane: imagesAtOnce(config.backbone, INPUT_HOURS, config.dModel),
    scales: CHANNEL_SCALES,
    turned: () => 1,
    shapes: forecasterInputShapes,
    createBatch(capacity) {
      const batch = createNodeBatch(capacity);
      return {
        write: (image, stations, node, init, windows) =>
          writeFeatures(batch.features[image], stations, node, init, windows),
        inputs: (images) => ({ ...batch.inputs(images) }),
        outputs: (images) => batch.outputs(images),
      };
    },
  };
}

export function upwindReader({ stationsPerNode, image }: UpwindConfig): ImageReader {
  const backbone = image?.backbone;
  return {
    layout: { stationsPerNode, neighbours: image !== null },
    inALane: backbone ? imagesAtOnce(backbone, ROWS, image.dModel) : WITHOUT_IMAGE,
    scales: SCALES,
    turned,
    shapes: upwindInputShapes,
    createBatch(capacity) {
      const batch = createUpwindBatch(capacity);
      return {
        write(at, stations, node, init, windows) {
          writeOwnFeatures(batch.own(at), stations[node.stations[0]], init, windows, node.stations[0]);
          writeNeighbourFeatures(batch.neighbours(at), stations, node, windows, node.stations);
        },
        inputs: (images) => batch.inputs(images),
        outputs: (images) => batch.outputs(images),
      };
    },
  };
}
