// Two languages, one catalogue each. Vietnamese is the source: its keys and placeholders are the types, and it is the
// fallback. What rooms share of it is part of the first load; the messages of one room, vi.<room>.ts, come with its
// pages, so that a room costs the others nothing. English is one chunk of its own.
//
// Conventions: a key is `<place>.<what>`; `{name}` is a placeholder; the label of an enum value is
// `<enum>.<VALUE>`, so that t(`caseState.${state}`) does not compile when the schema grows a value without a label.
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import {
  formatDong, formatDongExact, formatDongShort, formatInteger, formatPercent, formatPoints, type Language,
} from '../lib/format';
import { readSetting, writeSetting } from '../lib/settings';
import { vi as shared } from './vi';
import type { vi as cases } from './vi.cases';
import type { vi as conferences } from './vi.conferences';
import type { vi as imports } from './vi.imports';
import type { vi as login } from './vi.login';
import type { vi as people } from './vi.people';

export type { Language };
type Messages = typeof shared & typeof cases & typeof conferences & typeof imports & typeof login & typeof people;
export type MessageKey = keyof Messages;

type Placeholders<Text extends string> =
  Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;

/** The arguments of a message: none, or exactly the values of its placeholders. */
type Arguments<Key extends MessageKey> =
  [Placeholders<Messages[Key]>] extends [never] ? [] : [values: Record<Placeholders<Messages[Key]>, string>];

/** The messages without placeholders: what a table of keys may hold. */
export type PlainKey = { [Key in MessageKey]: [Placeholders<Messages[Key]>] extends [never] ? Key : never }[MessageKey];

export type Catalogue = Readonly<Record<MessageKey, string>>;
export type Translate = <Key extends MessageKey>(key: Key, ...values: Arguments<Key>) => string;

const vietnamese: Partial<Record<MessageKey, string>> = { ...shared };

/** Adds the messages of a room to the Vietnamese ones. Called by vi.<room>.ts, which the pages of the room import. */
export function addMessages(messages: Partial<Catalogue>): void {
  Object.assign(vietnamese, messages);
}

export function translator(catalogue: Partial<Catalogue> = vietnamese): Translate {
  return (key, ...values) => {
    // A newer server may send an enum value this build has no label for: its code is better than nothing.
    const text: string = catalogue[key] ?? key.slice(key.lastIndexOf('.') + 1);
    const [named] = values;
    if (!named) return text;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => (named as Record<string, string>)[name] ?? whole);
  };
}

export interface I18n {
  /** The language shown. */
  readonly language: Language;
  /** The language chosen: the same, but for the moment until its messages have arrived. */
  readonly chosen: Language;
  readonly t: Translate;
  readonly setLanguage: (language: Language) => void;
  readonly integer: (value: number) => string;
  readonly dong: (value: number) => string;
  readonly dongExact: (value: number) => string;
  readonly dongShort: (value: number) => string;
  readonly percent: (points: number) => string;
  readonly points: (points: number) => string;
}

const Context = createContext<I18n | null>(null);

export function useI18n(): I18n {
  const value = use(Context);
  if (!value) throw new Error('useI18n outside I18nProvider');
  return value;
}

const loadEnglish = async (): Promise<Catalogue> => (await import('./en')).en;

export function initialLanguage(): Language {
  return readSetting('language') === 'en' ? 'en' : 'vi';
}

/** Provides the messages. Until English has arrived, and where it cannot be loaded, Vietnamese is shown. */
export function I18nProvider({ children, load = loadEnglish }: {
  readonly children: ReactNode;
  readonly load?: () => Promise<Catalogue>;
}) {
  const [wanted, setWanted] = useState<Language>(initialLanguage);
  const [english, setEnglish] = useState<Catalogue>();

  useEffect(() => {
    if (wanted !== 'en' || english) return undefined;
    let current = true;
    async function fetchEnglish() {
      try {
        const catalogue = await load();
        if (current) setEnglish(catalogue);
      } catch {
        if (current) setWanted('vi'); // Vietnamese is already shown and stays
      }
    }
    void fetchEnglish();
    return () => { current = false; };
  }, [wanted, english, load]);

  const language: Language = wanted === 'en' && english ? 'en' : 'vi';
  useEffect(() => { document.documentElement.lang = language; }, [language]);

  const setLanguage = useCallback((next: Language) => {
    writeSetting('language', next);
    setWanted(next);
  }, []);

  const value = useMemo<I18n>(() => ({
    language,
    chosen: wanted,
    setLanguage,
    t: language === 'en' && english ? translator(english) : translator(),
    integer: (n) => formatInteger(n, language),
    dong: (n) => formatDong(n, language),
    dongExact: (n) => formatDongExact(n, language),
    dongShort: (n) => formatDongShort(n, language),
    percent: (n) => formatPercent(n, language),
    points: (n) => formatPoints(n, language),
  }), [language, wanted, english, setLanguage]);

  return <Context value={value}>{children}</Context>;
}
