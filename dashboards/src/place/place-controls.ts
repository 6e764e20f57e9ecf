/** What a person may change about the charts of a place: how far back, beside which models, with earlier runs; and favourites. */
import type { RunModel } from '../api/contracts.ts';
import { byId, element, setText } from '../dom.ts';
import { text } from '../i18n/language.ts';
import { roleOf } from '../line-styles.ts';
import { type Preferences, withFavourite } from '../preferences/preferences.ts';
import type { State, Store } from '../state.ts';
import { PAST_HOURS } from '../view-state.ts';
import { isCompared } from './chart-data.ts';
import type { PlaceForecast } from './place-forecast.ts';

export interface PlaceControls {
  /** Another forecast may bring other models to compare. */
  show(forecast: PlaceForecast): void;
  follow(state: State): void;
}

export function createPlaceControls(store: Store, prefer: (preferences: Preferences) => Promise<void>): PlaceControls {
  const chips = byId('compare');
  const earlier = byId<HTMLInputElement>('earlier');
  const past = byId('past');
  const favourite = byId<HTMLButtonElement>('favourite');
  let models: readonly RunModel[] = [];

  for (const hours of PAST_HOURS) {
    const choice = element('input', { type: 'radio', name: 'past', id: `past-${hours}`, value: String(hours) });
    choice.addEventListener('change', () => store.update({ view: { ...store.state.view, past: hours } }));
    past.append(element('label', {}, choice, element('span')));
  }
  earlier.addEventListener('change', () => store.update({ view: { ...store.state.view, earlier: earlier.checked } }));
  favourite.addEventListener('click', () => {
    const { place, preferences } = store.state;
    if (place.kind !== 'shown') return;
    const { id } = place.forecast.station;
    void prefer(withFavourite(preferences, id, !preferences.favourites.includes(id)));
  });

  function compareChip(model: RunModel, index: number): HTMLElement {
    const box = element('input', { type: 'checkbox', id: `compare-${model.id}` });
    box.addEventListener('change', () => {
      const { view } = store.state;
      const now = models.slice(1).filter((other) => isCompared(other, view.compare) !== (other.id === model.id));
      store.update({ view: { ...view, compare: now.map(({ id }) => id) } });
    });
    return element(
      'label',
      { class: `chip ${roleOf(model, index)}` },
      box,
      element('i', { 'aria-hidden': 'true' }),
      element('span', {}, model.name),
    );
  }

  return {
    show(forecast) {
      const next = forecast.models.map(({ model }) => model);
      if (next.length === models.length && next.every(({ id }, index) => id === models[index].id)) return;
      models = next;
      chips.replaceChildren(...next.slice(1).map((model, index) => compareChip(model, index + 1)));
      byId('compare-title').hidden = next.length < 2;
    },
    follow({ view, preferences, place }) {
      earlier.checked = view.earlier;
      for (const hours of PAST_HOURS) {
        const choice = byId<HTMLInputElement>(`past-${hours}`);
        choice.checked = hours === view.past;
        setText(choice.nextElementSibling as HTMLElement, text().pastHours(hours));
      }
      for (const model of models.slice(1)) {
        byId<HTMLInputElement>(`compare-${model.id}`).checked = isCompared(model, view.compare);
      }
      const isFavourite = place.kind === 'shown' && preferences.favourites.includes(place.forecast.station.id);
      favourite.setAttribute('aria-pressed', String(isFavourite));
      favourite.setAttribute('aria-label', isFavourite ? text().removeFavourite : text().addFavourite);
      favourite.title = favourite.getAttribute('aria-label') ?? '';
    },
  };
}
