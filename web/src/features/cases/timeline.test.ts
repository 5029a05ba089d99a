import { expect, test } from 'vitest';
import { explanation, inOrder } from './timeline';

const event = (seq: number, effectiveOn: string, more: { reason?: string; fateBy?: number } = {}) =>
  ({ seq, effectiveOn, reason: more.reason ?? null, fateBy: more.fateBy ?? null });

test('a late record stands where it counts, not where it was written', () => {
  const events = [event(1, '2019-01-05'), event(2, '2019-03-01'), event(3, '2019-02-01'), event(4, '2019-03-01')];
  expect(inOrder(events, 'oldest').map((e) => e.seq)).toEqual([1, 3, 2, 4]);
  expect(inOrder(events, 'newest').map((e) => e.seq)).toEqual([4, 2, 3, 1]);
  expect(events.map((e) => e.seq)).toEqual([1, 2, 3, 4]);
});

test('the reason of a correction is told beside what it corrected', () => {
  const wrong = event(1, '2019-01-05', { fateBy: 2 });
  const right = event(2, '2019-01-06', { reason: 'Ghi nhầm số tiền' });
  expect(explanation(wrong, [wrong, right])).toBe('Ghi nhầm số tiền');
  expect(explanation(right, [wrong, right])).toBe('Ghi nhầm số tiền');
  expect(explanation(event(3, '2019-01-07'), [wrong, right])).toBeNull();
  expect(explanation(wrong, [wrong])).toBeNull();
});
