import { afterEach, expect, test, vi } from 'vitest';
import { readSetting, writeSetting } from './settings';
import { applyTheme, chooseTheme, storedTheme } from './theme';

afterEach(() => {
  localStorage.clear();
  applyTheme('system');
});

test('a theme is applied, remembered, and forgotten again', () => {
  expect(storedTheme()).toBe('system');
  chooseTheme('dark');
  expect(document.documentElement.dataset['theme']).toBe('dark');
  expect(storedTheme()).toBe('dark');
  chooseTheme('system');
  expect(document.documentElement.dataset['theme']).toBeUndefined();
  expect(localStorage.length).toBe(0);
});

test('what somebody else left in storage is not believed', () => {
  localStorage.setItem('thads.theme', 'neon');
  expect(storedTheme()).toBe('system');
});

test('forbidden storage changes nothing but the memory', () => {
  const denied = () => { throw new DOMException('denied', 'SecurityError'); };
  vi.stubGlobal('localStorage', { getItem: denied, setItem: denied, removeItem: denied, clear: () => undefined });
  expect(() => writeSetting('theme', 'dark')).not.toThrow();
  expect(readSetting('theme')).toBeNull();
});
