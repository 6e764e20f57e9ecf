/** The switches on the map: which variable colours it, how the wind is shown, flat or round. */
import type { MapVariable } from '../colour/scale.ts';
import { byId } from '../dom.ts';
import { variablesOf } from '../service/labels.ts';
import type { Store } from '../state.ts';
import { prefersStillness } from '../theme.ts';
import { PROJECTIONS, type ViewState, WIND_MARKS } from '../view-state.ts';

const VARIABLES: readonly MapVariable[] = ['temperature_2m', 'wind_speed_10m'];

export function createMapOptions(store: Store): void {
  function listen<K extends 'variable' | 'wind' | 'projection'>(key: K, values: readonly ViewState[K][]): void {
    for (const value of values) {
      const input = byId<HTMLInputElement>(`${key}-${value}`);
      input.addEventListener('change', () => store.update({ view: { ...store.state.view, [key]: value } }));
    }
  }
  listen('variable', VARIABLES);
  listen('wind', WIND_MARKS);
  listen('projection', PROJECTIONS);

  store.subscribe(({ status, view }) => {
    const held = status ? variablesOf(status) : VARIABLES;
    for (const variable of VARIABLES) {
      const input = byId<HTMLInputElement>(`variable-${variable}`);
      input.checked = variable === view.variable;
      input.disabled = !held.includes(variable);
      byId(`figure-${variable}`).hidden = input.disabled;
    }
    for (const mark of WIND_MARKS) {
      const input = byId<HTMLInputElement>(`wind-${mark}`);
      input.checked = mark === view.wind;
      // What drifts all the time is not for people who ask for stillness.
      if (mark === 'flow') input.disabled = prefersStillness();
    }
    for (const projection of PROJECTIONS)
      byId<HTMLInputElement>(`projection-${projection}`).checked = projection === view.projection;
  });
}
