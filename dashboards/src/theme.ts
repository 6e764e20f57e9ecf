/** The colours that canvases draw with, read from the style sheet's custom properties so that there is one palette. */

export interface Theme {
  dark: boolean;
  ink: string;
  muted: string;
  grid: string;
  surface: string;
  accent: string;
  /** Fill behind the forecast part of a chart. */
  future: string;
  /** Fills of the 80 % band and of the 50 % band within it. */
  band: string;
  innerBand: string;
  earlier: string;
  persistence: string;
  climatology: string;
  ocean: string;
  land: string;
  border: string;
  coast: string;
  graticule: string;
  night: string;
  dotEdge: string;
  missing: string;
  /** Particles of the wind over the colours of the field. */
  flow: string;
  /** Sky around the globe. */
  space: string;
  /** Night behind a chart. */
  dusk: string;
  font: string;
  /** Size of a text on a canvas, px, from what it is at the usual size of the page's text. */
  textSize(pixels: number): number;
}

/** Size of the page's text but on a wall, px (base.css). */
const USUAL_TEXT = 14;

const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');
/** As in base.css. */
const wall = window.matchMedia('(min-width: 2400px) and (min-height: 1200px)');
const stillness = window.matchMedia('(prefers-reduced-motion: reduce)');

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const larger = Number.parseFloat(style.fontSize) / USUAL_TEXT;
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    dark: darkScheme.matches,
    ink: value('ink'),
    muted: value('muted'),
    grid: value('grid'),
    surface: value('surface'),
    accent: value('accent'),
    future: value('future'),
    band: value('band'),
    innerBand: value('inner-band'),
    earlier: value('earlier'),
    persistence: value('persistence'),
    climatology: value('climatology'),
    ocean: value('ocean'),
    land: value('land'),
    border: value('border'),
    coast: value('coast'),
    graticule: value('graticule'),
    night: value('night'),
    dotEdge: value('dot-edge'),
    missing: value('missing'),
    flow: value('flow'),
    space: value('space'),
    dusk: value('dusk'),
    font: getComputedStyle(document.body).fontFamily,
    textSize: (pixels) => Math.round(pixels * larger),
  };
}

/** Canvases are drawn again in another scheme, on another screen, and when a font has come that they were first drawn without. */
export function onThemeChange(call: () => void): void {
  darkScheme.addEventListener('change', call);
  wall.addEventListener('change', call);
  document.fonts.addEventListener('loadingdone', call);
}

export function prefersStillness(): boolean {
  return stillness.matches;
}
