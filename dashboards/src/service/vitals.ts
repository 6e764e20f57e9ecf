/** The service in five figures, across the top of its page: what an operator looks at first. */
import type { JobAttempt, Storage } from '../api/contracts.ts';
import { byId, element } from '../dom.ts';
import { bytesLabel, MISSING } from '../format/quantity.ts';
import { HOUR, instantLabel, parseInstant } from '../format/time.ts';
import { text } from '../i18n/language.ts';
import type { State } from '../state.ts';
import { behindLabel } from './data-card.ts';
import { isFailed } from './job-history.ts';
import { runAgeLabel } from './labels.ts';

interface Vital {
  name: string;
  value: string;
  note: string;
  mood: 'good' | 'warn' | 'bad' | 'plain';
}

/** Less free than this share of the disk is worth a look. */
const LITTLE_ROOM = 0.05;

export function fillVitals(
  { connection, status }: Pick<State, 'connection' | 'status'>,
  attempts: readonly JobAttempt[] | undefined,
  storage: Storage | undefined,
): void {
  const words = text();
  const vitals: Vital[] = [
    {
      name: words.vitalState,
      value: words[connection.kind],
      note: 'reason' in connection ? connection.reason : `Kernelcast ${status?.version ?? ''}`,
      mood: connection.kind === 'ready' ? 'good' : connection.kind === 'gone' ? 'bad' : 'warn',
    },
  ];
  if (status) {
    const { latest_run, dataset, datasets } = status;
    const run = latest_run === null ? MISSING : runAgeLabel(status, latest_run);
    const init = latest_run === null ? '' : instantLabel(parseInstant(latest_run));
    vitals.push({ name: words.vitalRun, value: run, note: init, mood: 'plain' });
    const to = datasets.find((candidate) => candidate.dataset === dataset)?.to;
    if (to !== undefined) {
      const upTo = words.upTo(instantLabel(parseInstant(to) - HOUR));
      vitals.push({ name: words.vitalObserved, value: behindLabel(to, status), note: upTo, mood: 'plain' });
    }
  }
  if (attempts) {
    const failed = attempts.filter(isFailed).length;
    const dead = attempts.some(({ state }) => state === 'dead');
    const mood = dead ? 'bad' : failed > 0 ? 'warn' : 'good';
    vitals.push({ name: words.vitalAttempts, value: String(failed), note: words.ofAttempts(attempts.length), mood });
  }
  if (storage?.disk) {
    const { free_bytes, total_bytes } = storage.disk;
    const mood = free_bytes < LITTLE_ROOM * total_bytes ? 'warn' : 'plain';
    const note = words.ofBytes(bytesLabel(total_bytes));
    vitals.push({ name: words.vitalDisk, value: bytesLabel(free_bytes), note, mood });
  }
  byId('vitals').replaceChildren(
    ...vitals.map(({ name, value, note, mood }) =>
      element(
        'div',
        { class: `card vital vital-${mood}` },
        element('dt', {}, name),
        element('dd', {}, element('strong', {}, value), element('span', { class: 'muted' }, note)),
      ),
    ),
  );
}
