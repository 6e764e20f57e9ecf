/**
 * The language of the page, one for all of it, as a locale is one for a process: views ask for a word when they write it.
 *
 *     setText(label, text().live);
 */
import { en, type Texts } from './en.ts';

export const LANGUAGES = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof LANGUAGES;

let current: Texts = en;

export function text(): Texts {
  return current;
}

/** Fetches a language's words where they are not at hand yet, and speaks it from then on. */
export async function speak(language: Language): Promise<void> {
  current = language === 'zh' ? (await import('./zh.ts')).zh : en;
}

/** The first of a person's languages that the page speaks. */
export function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary in LANGUAGES) return primary as Language;
  }
  return 'en';
}

/** Writes the words of the page's frame: `data-text`, `data-label`, `data-placeholder` and `data-title` name a text without parameters. */
export function translateFrame(root: Document): void {
  const words = current as unknown as Record<string, string>;
  root.documentElement.lang = current.locale;
  const write = (key: string, put: (node: HTMLElement, words: string) => void): void => {
    for (const node of root.querySelectorAll<HTMLElement>(`[data-${key}]`)) put(node, words[node.dataset[key] ?? '']);
  };
  write('text', (node, of) => {
    node.textContent = of;
  });
  write('label', (node, of) => node.setAttribute('aria-label', of));
  write('placeholder', (node, of) => node.setAttribute('placeholder', of));
  write('title', (node, of) => node.setAttribute('title', of));
}
