/** Puts the page together: one state, the views that draw it, and the loop that keeps it in step with the service. */
import { createApi } from './api/client.ts';
import type { MapVariable } from './colour/scale.ts';
import { byId } from './dom.ts';
import { createLive } from './live/live.ts';
import { createMapView } from './map/map-view.ts';
import { createNavigation } from './navigation.ts';
import { createPlacePanel } from './place/place-panel.ts';
import { startingStation } from './place/search.ts';
import { createSearchBox } from './place/search-box.ts';
import { createHeader } from './service/header.ts';
import { variablesOf } from './service/labels.ts';
import { createSkillPanel } from './skill/skill-panel.ts';
import { createStore } from './state.ts';
import { createTimeline } from './timeline/timeline.ts';
import { parseView } from './view-state.ts';

const VARIABLES = ['temperature_2m', 'wind_speed_10m'] as const;

const store = createStore({
  view: parseView(location.hash),
  connection: { kind: 'connecting' },
  status: undefined,
  stations: [],
  data: undefined,
  place: { kind: 'none' },
  live: true,
  playing: false,
  arrows: true,
  baselines: true,
});
const live = createLive(createApi(document.baseURI), store);

/** Shows the place that the address names, or else one to begin with. */
function showPlace(station: string | undefined): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const wanted = station ?? startingStation(store.state.stations, timeZone, -new Date().getTimezoneOffset() / 60)?.id;
  if (wanted !== undefined) void live.showStation(wanted);
}

const navigation = createNavigation(store, showPlace);
function chooseStation(station: string): void {
  navigation.go(station);
  showPlace(station);
}

createHeader(store);
createMapView(store, chooseStation);
createTimeline(store);
createSearchBox(store, chooseStation);
createPlacePanel(store, showPlace);
createSkillPanel(store);

const arrows = byId<HTMLInputElement>('arrows');
arrows.addEventListener('change', () => store.update({ arrows: arrows.checked }));
for (const variable of VARIABLES) {
  const choice = byId<HTMLInputElement>(`variable-${variable}`);
  choice.addEventListener('change', () => store.update({ view: { ...store.state.view, variable } }));
}

store.subscribe((state, before) => {
  arrows.checked = state.arrows;
  const held: readonly MapVariable[] = state.status ? variablesOf(state.status) : VARIABLES;
  for (const variable of VARIABLES) {
    const choice = byId<HTMLInputElement>(`variable-${variable}`);
    choice.checked = variable === state.view.variable;
    choice.disabled = !held.includes(variable);
    byId(`figure-${variable}`).hidden = choice.disabled;
  }
  if (held.length > 0 && !held.includes(state.view.variable)) {
    store.update({ view: { ...state.view, variable: held[0] } });
  }
  const firstData = state.data && !before?.data;
  const backAgain = before?.connection.kind === 'gone' && state.connection.kind === 'ready';
  if (firstData || (backAgain && state.place.kind === 'failed')) showPlace(state.view.station);
});

live.start();
