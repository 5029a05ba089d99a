import { beforeEach, expect, test, vi } from 'vitest';
import { reloadAfterUpdate } from './reload';

beforeEach(() => sessionStorage.clear());

test('a missing chunk reloads the page once, and again only after a while', () => {
  const target = new EventTarget();
  const reload = vi.fn<() => void>();
  let at = 1_000_000;
  reloadAfterUpdate(target, reload, () => at);
  const fire = () => {
    const event = new Event('vite:preloadError', { cancelable: true });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(fire()).toBe(true);
  at += 5_000;
  expect(fire()).toBe(false); // the error reaches the router instead
  expect(reload).toHaveBeenCalledTimes(1);
  at += 31_000;
  expect(fire()).toBe(true);
  expect(reload).toHaveBeenCalledTimes(2);
});
