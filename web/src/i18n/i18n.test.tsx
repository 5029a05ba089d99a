import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { en } from './en';
import { I18nProvider, translator, useI18n } from './index';
import { vi as shared } from './vi';
import { vi as cases } from './vi.cases';
import { vi as conferences } from './vi.conferences';
import { vi as imports } from './vi.imports';
import { vi as login } from './vi.login';
import { vi as people } from './vi.people';

const vi = { ...shared, ...cases, ...conferences, ...imports, ...login, ...people };
const keys = Object.keys(vi) as (keyof typeof vi)[];
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

describe('catalogues', () => {
  test('have the same keys in the same order', () => expect(Object.keys(en)).toEqual(keys));

  test.each(keys)('%s has text and the same placeholders in both languages', (key) => {
    expect(vi[key].trim()).toBe(vi[key]);
    expect(en[key].trim()).toBe(en[key]);
    expect(vi[key]).not.toBe('');
    expect(en[key]).not.toBe('');
    expect(placeholders(en[key])).toEqual(placeholders(vi[key]));
    expect(vi[key]).toBe(vi[key].normalize('NFC'));
  });

  test('no Vietnamese is left in the English one', () => {
    // Names of the language, of money, of documents and of what has no translation stay as they are.
    const kept = new Set<string>(['language.vi', 'field.dongProblem', 'cases.filter.qHint', 'cases.filter.moneyHint']);
    const text = (key: keyof typeof vi) => en[key].replace(/(^|[\s(])đ(?=$|[\s)])/g, '$1');
    const vietnamese = /[ăâđêôơưạảãàáằắặẳẵầấậẩẫẹẻẽèéềếệểễịỉĩìíọỏõòóồốộổỗờớợởỡụủũùúừứựửữỵỷỹỳý]/i;
    expect(keys.filter((key) => !kept.has(key) && vietnamese.test(text(key)))).toEqual([]);
  });

  // Messages are written whole, or as a literal up to the last dot followed by an enum's value.
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|gen)\.tsx?$/.test(name) && !/^(i18n\/(vi|en)|app\/testing)/.test(name))
    .map((name) => ({ name, source: readFileSync(join('src', name), 'utf8') }));
  const uses = (source: string, key: string) =>
    source.includes(`'${key}'`) || source.includes(`\`${key.slice(0, key.lastIndexOf('.') + 1)}\${`);

  test('every message is used somewhere', () => {
    expect(keys.filter((key) => !sources.some(({ source }) => uses(source, key)))).toEqual([]);
  });

  test.each<[string, object]>([['cases', cases], ['conferences', conferences], ['imports', imports], ['login', login], ['people', people]])(
    'the messages of %s are used there alone, because elsewhere they may not have arrived', (room, messages) => {
      const others = sources.filter(({ name }) => !name.startsWith(`features/${room}/`));
      expect(Object.keys(messages).filter((key) => others.some(({ source }) => uses(source, key)))).toEqual([]);
      const pages = sources.filter(({ source }) => source.includes(`i18n/vi.${room}'`)).map(({ name }) => name);
      const routed = sources.find(({ name }) => name === 'app/router.tsx')?.source ?? '';
      const wanted = [...routed.matchAll(new RegExp(`import\\('\\.\\./(features/${room}/\\w+)'\\)`, 'g'))].map((m) => `${m[1]}.tsx`);
      expect(wanted.length).toBeGreaterThan(0);
      expect(pages.toSorted()).toEqual(wanted.toSorted());
    },
  );
});

describe('translator', () => {
  test('fills in placeholders', () => {
    expect(translator(vi)('state.requestId', { id: 'a{b}' })).toBe('mã yêu cầu a{b}');
  });
  test('shows the code of a value it does not know', () => {
    expect(translator(vi)('theme.sepia' as 'theme.dark')).toBe('sepia');
  });
});

function Probe() {
  const { t, language, setLanguage, integer } = useI18n();
  return (
    <>
      <p>{t('action.retry')} {integer(13140)} {language}</p>
      <button type="button" onClick={() => setLanguage('en')}>en</button>
      <button type="button" onClick={() => setLanguage('vi')}>vi</button>
    </>
  );
}

describe('provider', () => {
  beforeEach(() => localStorage.clear());
  afterEach(cleanup);

  test('starts in Vietnamese, changes to English when it has arrived, and remembers', async () => {
    render(<I18nProvider><Probe /></I18nProvider>);
    expect(screen.getByText('Thử lại 13.140 vi')).toBeTruthy();
    await act(async () => screen.getByText('en').click());
    expect(await screen.findByText('Try again 13,140 en')).toBeTruthy();
    expect(document.documentElement.lang).toBe('en');
    cleanup();
    render(<I18nProvider><Probe /></I18nProvider>);
    expect(await screen.findByText('Try again 13,140 en')).toBeTruthy();
    await act(async () => screen.getByText('vi').click());
    expect(screen.getByText('Thử lại 13.140 vi')).toBeTruthy();
    expect(document.documentElement.lang).toBe('vi');
  });

  test('stays Vietnamese when English cannot be loaded', async () => {
    let failed = false;
    const load = async () => { failed = true; throw new Error('offline'); };
    render(<I18nProvider load={load}><Probe /></I18nProvider>);
    await act(async () => screen.getByText('en').click());
    expect(failed).toBe(true);
    expect(screen.getByText('Thử lại 13.140 vi')).toBeTruthy();
  });
});
