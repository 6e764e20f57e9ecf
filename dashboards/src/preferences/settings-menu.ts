/** The menu of the header in which a person chooses language, units and time zone; all of the page follows at once. */
import { byId, element, setText } from '../dom.ts';
import { UNIT_LABELS } from '../format/units.ts';
import { LANGUAGES, text } from '../i18n/language.ts';
import type { Store } from '../state.ts';
import { type Preferences, TEMPERATURE_UNITS, WIND_UNITS, ZONES } from './preferences.ts';

export function createSettingsMenu(store: Store, prefer: (preferences: Preferences) => Promise<void>): void {
  const menu = byId<HTMLDetailsElement>('settings');
  const choices: (() => void)[] = [];

  function offer<K extends 'language' | 'temperature' | 'wind' | 'zone'>(
    key: K,
    values: readonly Preferences[K][],
    label: (value: Preferences[K]) => string,
  ): void {
    const group = byId(`choose-${key}`);
    for (const value of values) {
      const input = element('input', { type: 'radio', name: `preferred-${key}`, id: `preferred-${key}-${value}` });
      const words = element('span');
      input.addEventListener('change', () => {
        void prefer({ ...store.state.preferences, [key]: value });
      });
      group.append(element('label', {}, input, words));
      choices.push(() => {
        input.checked = store.state.preferences[key] === value;
        setText(words, label(value));
      });
    }
  }
  offer('language', Object.keys(LANGUAGES) as Preferences['language'][], (language) => LANGUAGES[language]);
  offer('temperature', TEMPERATURE_UNITS, (unit) => UNIT_LABELS[unit]);
  offer('wind', WIND_UNITS, (unit) => UNIT_LABELS[unit]);
  offer('zone', ZONES, (zone) => (zone === 'utc' ? text().zoneUtc : text().zoneLocal));

  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
  document.addEventListener('pointerdown', (event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
  store.subscribe((state, before) => {
    if (state.preferences !== before?.preferences) for (const update of choices) update();
  });
}
