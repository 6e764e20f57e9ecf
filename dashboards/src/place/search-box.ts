/** The search box: a combobox after the WAI-ARIA pattern, usable by keyboard alone. */
import type { Station } from '../api/contracts.ts';
import { byId, element } from '../dom.ts';
import { countryName } from '../format/quantity.ts';
import type { Store } from '../state.ts';
import { searchStations } from './search.ts';

export function createSearchBox(store: Store, chooseStation: (id: string) => void): void {
  const input = byId<HTMLInputElement>('search');
  const list = byId('search-results');
  let found: Station[] = [];
  let active = -1;

  function show(stations: Station[]): void {
    found = stations;
    setActive(stations.length > 0 ? 0 : -1);
    const nothing = input.value.trim() !== '' && stations.length === 0;
    list.replaceChildren(
      ...stations.map((station, index) => option(station, index)),
      ...(nothing ? [element('div', { class: 'nothing', role: 'presentation' }, 'No station of that name')] : []),
    );
    setActive(active);
    list.hidden = stations.length === 0 && !nothing;
    input.setAttribute('aria-expanded', String(stations.length > 0));
  }

  function option(station: Station, index: number): HTMLElement {
    const item = element(
      'div',
      { role: 'option', id: `search-result-${index}` },
      element('span', { class: 'option-name' }, station.name),
      element('span', { class: 'muted' }, countryName(station.country)),
    );
    // Before the input loses its focus, which closes the list.
    item.addEventListener('pointerdown', (event) => event.preventDefault());
    item.addEventListener('click', () => choose(index));
    item.addEventListener('pointermove', () => setActive(index));
    return item;
  }

  function setActive(index: number): void {
    active = index;
    for (const [at, item] of [...list.children].entries()) item.setAttribute('aria-selected', String(at === index));
    if (index < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `search-result-${index}`);
  }

  function choose(index: number): void {
    const station = found[index];
    if (!station) return;
    input.value = '';
    show([]);
    chooseStation(station.id);
  }

  input.addEventListener('input', () => show(searchStations(store.state.stations, input.value)));
  input.addEventListener('focus', () => show(searchStations(store.state.stations, input.value)));
  input.addEventListener('blur', () => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      if (found.length > 0) setActive((active + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      choose(active);
    } else if (event.key === 'Escape') {
      input.value = '';
      show([]);
    } else {
      return;
    }
    event.preventDefault();
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === 'search';
    if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
}
