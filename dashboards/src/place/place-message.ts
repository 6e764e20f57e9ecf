/** The words in the panel's middle where there is no chart: why not, and what to do. */
import { byId, element } from '../dom.ts';
import { text } from '../i18n/language.ts';
import type { State } from '../state.ts';

export function fillMessage({ place, connection }: State, retry: (station: string) => void): void {
  const message = byId('place-message');
  message.replaceChildren();
  if (place.kind === 'failed') {
    const again = element('button', { type: 'button', class: 'button' }, text().tryAgain);
    again.addEventListener('click', () => retry(place.station));
    message.append(
      element('h2', {}, text().noForecast),
      element('p', {}, place.message),
      ...(place.hint === '' ? [] : [element('p', { class: 'muted' }, place.hint)]),
      ...(place.passing ? [again] : []),
    );
  } else if (place.kind === 'none' && connection.kind === 'preparing') {
    message.append(element('p', { class: 'muted' }, text().chartsLater));
  } else if (place.kind === 'none' && connection.kind === 'ready') {
    message.append(element('h2', {}, text().choosePlace), element('p', {}, text().choosePlaceHint));
  }
  message.hidden = message.childElementCount === 0;
}
