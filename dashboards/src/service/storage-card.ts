/** The storage: what the service keeps, by kind, and how much room there is on its disk. */
import type { Storage } from '../api/contracts.ts';
import { byId, element } from '../dom.ts';
import { bytesLabel } from '../format/quantity.ts';
import { text } from '../i18n/language.ts';

interface Part {
  kind: 'observations' | 'runs' | 'models' | 'rest' | 'free';
  label: string;
  bytes: number;
  /** How many there are, where that says something. */
  count?: number;
}

export function fillStorage(storage: Storage | undefined): void {
  byId('storage-card').hidden = storage === undefined;
  if (!storage) return;
  const parts = partsOf(storage);
  const kept = parts.filter(({ kind }) => kind !== 'rest' && kind !== 'free');
  fillBar(byId('storage-kept'), kept);
  fillBar(byId('storage-disk'), parts);
  byId('storage-disk-part').hidden = storage.disk === null;
  byId('storage-parts').replaceChildren(
    ...parts.map(({ kind, label, bytes, count }) =>
      element(
        'li',
        { class: `part-${kind}` },
        element('i', { 'aria-hidden': 'true' }),
        element('span', {}, label),
        element('span', { class: 'muted' }, count === undefined ? '' : text().countKept(count)),
        element('strong', {}, bytesLabel(bytes)),
      ),
    ),
  );
}

function partsOf({ datasets, models, disk }: Storage): Part[] {
  const words = text();
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const parts: Part[] = [
    {
      kind: 'observations',
      label: words.storedObservations,
      bytes: sum(datasets.map(({ observations }) => observations.bytes)),
    },
    {
      kind: 'runs',
      label: words.storedRuns,
      bytes: sum(datasets.map(({ runs }) => runs.bytes)),
      count: sum(datasets.map(({ runs }) => runs.count)),
    },
    { kind: 'models', label: words.storedModels, bytes: models.bytes, count: models.count },
  ];
  if (!disk) return parts;
  const rest = Math.max(0, disk.total_bytes - disk.free_bytes - sum(parts.map(({ bytes }) => bytes)));
  return [
    ...parts,
    { kind: 'rest', label: words.storedRest, bytes: rest },
    { kind: 'free', label: words.storedFree, bytes: disk.free_bytes },
  ];
}

function fillBar(bar: HTMLElement, parts: readonly Part[]): void {
  const whole = Math.max(
    1,
    parts.reduce((total, { bytes }) => total + bytes, 0),
  );
  bar.replaceChildren(
    ...parts.map(({ kind, label, bytes }) => {
      const piece = element('i', { class: `part-${kind}`, title: `${label}: ${bytesLabel(bytes)}` });
      piece.style.setProperty('--share', String(bytes / whole));
      return piece;
    }),
  );
  bar.setAttribute('aria-label', parts.map(({ label, bytes }) => `${label}: ${bytesLabel(bytes)}`).join(', '));
}
