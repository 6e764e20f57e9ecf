/** Paints the map on its canvases, each only when what it shows has changed: a step of the hour leaves the coasts alone. */
import { type MapVariable, scaleFor } from '../colour/scale.ts';
import { byId } from '../dom.ts';
import type { Theme } from '../theme.ts';
import type { Atlas } from './atlas.ts';
import { openCanvas } from './canvas.ts';
import { createFieldLayer } from './field-layer.ts';
import { type WindGrid, windGrid } from './flow.ts';
import { createFlowLayer } from './flow-layer.ts';
import { drawGround, drawNight, drawOutlines, type Outlines, outlines } from './land.ts';
import type { Projection } from './projection.ts';
import { dotRadius, drawStations, type Positions } from './stations.ts';
import { drawValueLabel } from './value-label.ts';
import type { Size, Viewport } from './viewport.ts';
import type { MapWeather } from './weather.ts';

/** What is on show. Parts that did not change stay the same objects from one scene to the next. */
export interface Scene {
  projection: Projection;
  viewport: Viewport;
  size: Size;
  theme: Theme;
  atlas: Atlas;
  /** The map is on the move: coarser, but at once. */
  moving: boolean;
  variable: MapVariable;
  /** With the colours of this very moment, on the way from one hour to the next. Undefined: there is no forecast yet. */
  weather: MapWeather | undefined;
  /** Valid time, ms. */
  time: number;
  positions: Positions;
  arrows: readonly number[];
  /** Do particles drift with the wind. */
  flow: boolean;
  selected: number | undefined;
  /** The value of the selected station, with its unit. */
  label: string;
  hovered: number | undefined;
}

export function createPainter(): (scene: Scene) => void {
  const canvas = (id: string): HTMLCanvasElement => byId<HTMLCanvasElement>(id);
  const [ground, air, lines, dots] = ['map-ground', 'map-air', 'map-outlines', 'map-stations'].map(canvas);
  const field = createFieldLayer();
  const flow = createFlowLayer(canvas('map-flow'));
  let before: Scene | undefined;
  let shapes: Outlines | undefined;
  let wind: { of: Float32Array; grid: WindGrid } | undefined;

  function showFlow({ flow: wanted, weather, projection, viewport, size, theme }: Scene): void {
    if (!wanted || !weather) {
      flow.show(undefined);
      return;
    }
    if (wind?.of !== weather.speed) wind = { of: weather.speed, grid: windGrid(field.grid(weather.stations), weather) };
    flow.show({ projection, viewport, size, theme, wind: wind.grid });
  }

  return (scene) => {
    const { projection, viewport, size, theme, atlas, weather, variable, time } = scene;
    const moved =
      viewport !== before?.viewport ||
      size !== before.size ||
      theme !== before.theme ||
      atlas !== before.atlas ||
      projection !== before.projection ||
      scene.moving !== before.moving;
    const changed = weather?.value !== before?.weather?.value || variable !== before?.variable || time !== before.time;
    const scale = scaleFor(variable, theme.dark);
    if (moved || !shapes) {
      shapes = outlines(projection, viewport, size, atlas);
      drawGround(openCanvas(ground, size), shapes, size, theme);
      drawOutlines(openCanvas(lines, size), shapes, theme, scene.moving);
    }
    if (weather && (moved || changed)) {
      const context = openCanvas(air, size);
      field.draw(context, scene, shapes.land, weather.stations, weather.value, scale);
      drawNight(context, projection, viewport, size, theme, time);
    }
    showFlow(scene);
    const context = openCanvas(dots, size);
    if (weather) {
      const radius = dotRadius(weather.stations.length, viewport.scale / projection.minimumScale(size), size);
      const { positions, selected } = scene;
      drawStations(context, weather, positions, { ...scene, scale, radius });
      if (selected !== undefined) {
        drawValueLabel(context, scene.label, [positions[selected * 2], positions[selected * 2 + 1]], size, theme);
      }
    }
    before = scene;
  };
}
