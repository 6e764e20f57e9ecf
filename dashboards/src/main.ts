/** Puts the page together: one state, the views that draw it, and the loop that keeps it in step with the service. */
import { createApi } from './api/client.ts';
import type { MapVariable } from './colour/scale.ts';
import { byId } from './dom.ts';
import { languageOf, speak, translateFrame } from './i18n/language.ts';
import { createLive } from './live/live.ts';
import { createMapOptions } from './map/map-options.ts';
import { createMapView } from './map/map-view.ts';
import { createNavigation } from './navigation.ts';
import { registerServiceWorker } from './offline/register.ts';
import { createPlaceExport } from './place/place-export.ts';
import { createPlacePanel } from './place/place-panel.ts';
import { startingStation } from './place/search.ts';
import { createSearchBox } from './place/search-box.ts';
import {
  DEFAULT_PREFERENCES,
  keepPreferences,
  type Preferences,
  readPreferences,
  setPreferences,
} from './preferences/preferences.ts';
import { createSettingsMenu } from './preferences/settings-menu.ts';
import { createHeader } from './service/header.ts';
import { variablesOf } from './service/labels.ts';
import { createSkillPanel } from './skill/skill-panel.ts';
import { createStore } from './state.ts';
import { createTimeline } from './timeline/timeline.ts';
import { PAGES, parseView, type ViewState } from './view-state.ts';

const browserStorage = (): Storage => localStorage;
const liked = readPreferences(browserStorage, { ...DEFAULT_PREFERENCES, language: languageOf(navigator.languages) });
setPreferences(liked);
await speak(liked.language);
translateFrame(document);

const store = createStore({
  view: parseView(location.hash),
  connection: { kind: 'connecting' },
  status: undefined,
  stations: [],
  data: undefined,
  place: { kind: 'none' },
  live: true,
  playing: false,
  preferences: liked,
  storedAt: undefined,
});
const api = createApi(document.baseURI);
const live = createLive(api, store);

/** All that is written on the page follows at once. */
async function prefer(preferences: Preferences): Promise<void> {
  await speak(preferences.language);
  setPreferences(preferences);
  keepPreferences(browserStorage, preferences);
  translateFrame(document);
  store.update({ preferences });
}

/** Shows the place that the address names, or else one to begin with. */
function showPlace(station: string | undefined): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const wanted = station ?? startingStation(store.state.stations, timeZone, -new Date().getTimezoneOffset() / 60)?.id;
  if (wanted !== undefined) void live.showStation(wanted);
}

const navigation = createNavigation(store, showPlace);
function chooseStation(station: string): void {
  navigation.go({ station, page: 'forecast' });
  showPlace(station);
}

createHeader(store, (page) => navigation.go({ page }));
createSettingsMenu(store, prefer);
createMapOptions(store);
createMapView(store, chooseStation);
createTimeline(store);
createSearchBox(store, chooseStation);
createPlacePanel(store, showPlace, prefer);
createPlaceExport(store, api);
createSkillPanel(store);

/** The pages that not everybody opens come when they are. */
const LATER: Partial<Record<ViewState['page'], () => Promise<void>>> = {
  skill: async () => (await import('./skill/skill-page.ts')).createSkillPage(store, api, chooseStation),
  service: async () => (await import('./service/service-page.ts')).createServicePage(store, api),
};

function openPage(page: ViewState['page']): void {
  for (const name of PAGES) byId(`page-${name}`).hidden = name !== page;
  const make = LATER[page];
  delete LATER[page];
  void make?.();
}

store.subscribe((state, before) => {
  const { view } = state;
  if (view.page !== before?.view.page) {
    openPage(view.page);
    if (before) scrollTo(0, 0);
  }
  const held: readonly MapVariable[] = state.status ? variablesOf(state.status) : ['temperature_2m', 'wind_speed_10m'];
  if (held.length > 0 && !held.includes(view.variable)) store.update({ view: { ...view, variable: held[0] } });

  const firstData = state.data && !before?.data;
  const backAgain = before?.connection.kind === 'gone' && state.connection.kind === 'ready';
  const otherHours = before && (view.past !== before.view.past || view.earlier !== before.view.earlier);
  if (firstData && state.place.kind === 'none') showPlace(view.station);
  else if (backAgain && state.place.kind === 'failed') showPlace(view.station);
  else if (otherHours && state.place.kind === 'shown') showPlace(state.place.forecast.station.id);
});

live.start();
registerServiceWorker();
