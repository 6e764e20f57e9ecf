/** The machine: what computes the network, and what `kernelcast doctor` finds; what is wrong comes first. */
import type { Doctor, Finding, Models } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { MISSING } from '../format/quantity.ts';
import { instantLabel, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';

const GRAVITY: Record<Finding['state'], number> = { fail: 0, warn: 1, ok: 2 };

/** @param doctor undefined where the service does not tell, or not yet */
export function fillMachine(engine: Models['engine'], doctor: Doctor | undefined, isLooking: boolean): void {
  setText(byId('engine'), engine ? `${engine.name} (${engine.device})` : MISSING);
  setText(byId('engine-why'), engine?.why ?? '');
  const looked = doctor ? text().lookedAt(instantLabel(parseInstant(doctor.checked_at))) : '';
  setText(byId('machine-looked'), isLooking ? text().looking : looked);
  byId('machine-note').hidden = doctor === undefined;
  const checks = (doctor?.checks ?? []).toSorted((a, b) => GRAVITY[a.state] - GRAVITY[b.state]);
  byId('findings').replaceChildren(...checks.map(findingRow));
}

function findingRow({ check, state, found, mend }: Finding): HTMLElement {
  return element(
    'li',
    { class: `finding-${state}` },
    element('i', { role: 'img', 'aria-label': text().findings[state] ?? state }),
    element('strong', {}, check),
    element('p', {}, found, ...(mend === null ? [] : [element('span', { class: 'mend' }, mend)])),
  );
}
