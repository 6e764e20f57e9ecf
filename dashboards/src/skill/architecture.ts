/** A network's architecture, as its artefact has it, in words; what is not as expected is left out. Pure. */
import { text } from '../i18n/language.ts';

export function architectureFacts(architecture: unknown): [name: string, value: string][] {
  if (!isRecord(architecture)) return [];
  const words = text();
  const facts: [string, string][] = [];
  const { stationsPerNode, haloStations, dModel, backbone } = architecture;
  if (typeof stationsPerNode === 'number' && typeof dModel === 'number') {
    const halo = typeof haloStations === 'number' ? haloStations : 0;
    facts.push([words.embedding, words.embeddingOf(stationsPerNode, halo, dModel)]);
  }
  if (isRecord(backbone) && isNumbers(backbone.depths) && isNumbers(backbone.dims)) {
    facts.push([words.backbone, words.backboneOf(backbone.depths.join(' · '), backbone.dims.join(' · '))]);
    const { kernels } = backbone;
    if (Array.isArray(kernels) && kernels.every(isNumbers)) {
      facts.push([words.kernels, kernels.map(kernelsOf).join(' · ')]);
    }
  }
  return facts;
}

/** Of a stage: `13 × 13`, or `5, 3` where its blocks differ. */
function kernelsOf(sizes: readonly number[]): string {
  return [...new Set(sizes)].map((size) => `${size}×${size}`).join(', ');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'number');
}
