import { expect, test } from 'vitest';
import { compact, isoDate, oneOf, parseSearch, someOf, stringifySearch, text, whole } from './search';

const states = ['OPEN', 'HELD', 'DONE'] as const;

test.each([['OPEN', 'OPEN'], ['open', undefined], ['', undefined], [3, undefined], [undefined, undefined], [['OPEN'], undefined]])(
  'oneOf %j is %j', (raw, value) => expect(oneOf(raw, states)).toBe(value),
);

test.each([
  ['DONE,OPEN,DONE', ['OPEN', 'DONE']], [['DONE'], ['DONE']], ['DONE,DROP TABLE', ['DONE']], ['', undefined], ['x', undefined],
  [[], undefined], [null, undefined], [{ 0: 'OPEN' }, undefined],
])('someOf %j is %j', (raw, value) => expect(someOf(raw, states)).toEqual(value));

test.each([
  [' Nguyễn ', 'Nguyễn'], ['', undefined], ['   ', undefined], [46, '46'], [null, undefined], [{}, undefined], ['x'.repeat(300), 'x'.repeat(200)],
  ['e\u0302', 'ê'],
])('text %j is %j', (raw, value) => expect(text(raw)).toBe(value));

test.each([
  ['2019-09-30', '2019-09-30'], ['2019-02-29', undefined], ['2020-02-29', '2020-02-29'], ['2019-13-01', undefined],
  ['30/09/2019', undefined], ['2019-9-3', undefined], [20190930, undefined],
])('isoDate %j is %j', (raw, value) => expect(isoDate(raw)).toBe(value));

test.each([
  ['0', 0], ['970327000000', 970_327_000_000], [5, 5], ['-1', undefined], [-1, undefined], [1.5, undefined], ['1e9', undefined],
  ['9007199254740992', undefined], [Number.NaN, undefined], ['', undefined], ['99999999999999999999', undefined],
])('whole %j is %j', (raw, value) => expect(whole(raw)).toBe(value));

test('a search survives its URL', () => {
  const search = compact({ q: 'Lê & Sơn = 5%', state: ['OPEN', 'DONE'], min: 5, none: undefined });
  const url = stringifySearch(search);
  expect(url).toBe('?q=L%C3%AA%20%26%20S%C6%A1n%20%3D%205%25&state=OPEN,DONE&min=5');
  const back = parseSearch(url);
  expect(text(back['q'])).toBe(search.q);
  expect(someOf(back['state'], states)).toEqual(search.state);
  expect(whole(back['min'])).toBe(search.min);
  expect(stringifySearch({})).toBe('');
});
