/** The search box: a combobox after the WAI-ARIA pattern, usable by keyboard alone. Names, positions, favourites, and near me. */
import type { Station } from '../api/contracts.ts';
import { byId, element } from '../dom.ts';
import { countryName, decimal } from '../format/quantity.ts';
import { text } from '../i18n/language.ts';
import type { Store } from '../state.ts';
import { nearestStations, parsePosition, searchStations } from './search.ts';

interface Option {
  name: string;
  note: string;
  kind: 'place' | 'favourite' | 'near';
  choose(): void;
}

export function createSearchBox(store: Store, chooseStation: (id: string) => void): void {
  const input = byId<HTMLInputElement>('search');
  const list = byId('search-results');
  let options: Option[] = [];
  let active = -1;

  function show(next: Option[], message = ''): void {
    options = next;
    list.replaceChildren(
      ...options.map((option, index) => item(option, index)),
      ...(message === '' ? [] : [element('div', { class: 'nothing', role: 'presentation' }, message)]),
    );
    setActive(options.length > 0 ? 0 : -1);
    list.hidden = list.childElementCount === 0;
    input.setAttribute('aria-expanded', String(options.length > 0));
  }

  function item({ name, note, kind }: Option, index: number): HTMLElement {
    const made = element(
      'div',
      { role: 'option', id: `search-result-${index}`, class: `option-${kind}` },
      element('span', { class: 'option-name' }, name),
      element('span', { class: 'muted' }, note),
    );
    // Before the input loses its focus, which closes the list.
    made.addEventListener('pointerdown', (event) => event.preventDefault());
    made.addEventListener('click', () => choose(index));
    made.addEventListener('pointermove', () => setActive(index));
    return made;
  }

  function setActive(index: number): void {
    active = index;
    for (const [at, option] of [...list.children].entries()) option.setAttribute('aria-selected', String(at === index));
    if (index < 0) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', `search-result-${index}`);
  }

  function choose(index: number): void {
    options[index]?.choose();
  }

  const place = (station: Station, note: string, kind: Option['kind'] = 'place'): Option => ({
    name: station.name,
    note,
    kind,
    choose() {
      input.value = '';
      show([]);
      chooseStation(station.id);
    },
  });

  /** What stands in the list for what is typed. */
  function find(): void {
    const { stations, preferences } = store.state;
    const typed = input.value;
    if (typed.trim() === '') {
      const known = new Map(stations.map((station) => [station.id, station]));
      const favourites = preferences.favourites.flatMap((id) => known.get(id) ?? []);
      show([...favourites.map((station) => place(station, countryName(station.country), 'favourite')), nearMe]);
      setActive(-1);
      return;
    }
    const position = parsePosition(typed);
    const found = position
      ? nearestStations(stations, position).map(({ station, distance }) =>
          place(station, text().farAway(decimal(distance, 0))),
        )
      : searchStations(stations, typed).map((station) => place(station, countryName(station.country)));
    show(found, found.length === 0 ? text().nothingFound : '');
  }

  const nearMe: Option = {
    get name() {
      return text().nearMe;
    },
    note: '',
    kind: 'near',
    choose() {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const [near] = nearestStations(store.state.stations, coords, 1);
          show([]);
          if (near) chooseStation(near.station.id);
        },
        () => show([], text().nearMeFailed),
        { timeout: 8000, maximumAge: 600_000 },
      );
    },
  };

  input.addEventListener('input', find);
  input.addEventListener('focus', find);
  input.addEventListener('click', find);
  input.addEventListener('blur', () => {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const from = active < 0 && step < 0 ? 0 : active;
      if (options.length > 0) setActive((from + step + options.length) % options.length);
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
