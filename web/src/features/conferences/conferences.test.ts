import { describe, expect, test } from 'vitest';
import type { I18n } from '../../i18n';
import { translator } from '../../i18n';
import '../../i18n/vi.conferences';
import { formatDong, formatDongExact, formatDongShort, formatInteger, formatPercent, formatPoints } from '../../lib/format';
import { dutiesOf } from './duties';
import { type Quantity, writeClaim, writeQuantity } from './quantity';
import { changed, toVariables, validateConferenceSearch } from './search';

const i18n: I18n = {
  language: 'vi', chosen: 'vi', setLanguage: () => undefined, t: translator(), integer: formatInteger, dong: formatDong, dongExact: formatDongExact,
  dongShort: formatDongShort, percent: formatPercent, points: formatPoints,
};
const none = { count: null, amount: null, percent: null };

describe('a reported figure is written as Vietnamese reports write it', () => {
  test.each<[Quantity, string]>([
    [{ ...none, unit: 'CASES', count: 13140 }, '13.140 việc'],
    [{ ...none, unit: 'DONG', amount: 970_327_000_000 }, '970,327 tỷ'],
    [{ ...none, unit: 'PERCENT', percent: 34.72 }, '34,72%'],
    [{ ...none, unit: 'POINTS', percent: 4.72 }, '+4,72 điểm %'],
    [{ ...none, unit: 'NONE', count: 2010 }, '2010'],
    [{ ...none, unit: 'CASES', count: 0 }, '0 việc'],
  ])('%j is %s', (quantity, text) => expect(writeQuantity(quantity, i18n)).toBe(text));

  test('a bound says that it is one', () => {
    expect(writeClaim('EQUAL', '34%', i18n)).toBe('34%');
    expect(writeClaim('MORE_THAN', '34%', i18n)).toBe('trên 34%');
    expect(writeClaim('AT_LEAST', '34%', i18n)).toBe('từ 34% trở lên');
  });
});

describe('duties and their tasks', () => {
  const item = (id: string, task?: string) => ({ id, task: task === undefined ? null : { id: task } });
  const task = (id: string, of: string | null = null) => ({ id, item: of });

  test('a task stands beside the duty it names or that names it', () => {
    const duties = dutiesOf([item('T1', 'a'), item('T2'), item('T3')], [task('b', 'T2'), task('a'), task('c', 'T2')]);
    expect(duties.map((duty) => [duty.item?.id, duty.tasks.map((t) => t.id)])).toEqual([['T1', ['a']], ['T2', ['b', 'c']], ['T3', []]]);
  });

  test('a task that belongs to no duty is not lost', () => {
    expect(dutiesOf([], [task('a', 'T9')])).toEqual([{ item: null, tasks: [task('a', 'T9')] }]);
  });
});

describe('search of the list', () => {
  test.each<[Record<string, unknown>, object]>([
    [{ year: '2019', kind: 'DEPLOYMENT', q: ' nhiệm vụ ' }, { year: 2019, kind: 'DEPLOYMENT', q: 'nhiệm vụ' }],
    [{ year: '1', kind: 'PARTY', dir: 'up' }, {}],
    [{ after: 'a', before: 'b' }, { after: 'a' }],
  ])('%j is %j', (raw, search) => expect(validateConferenceSearch(raw)).toEqual(search));

  test('becomes the server’s filter', () => {
    expect(toVariables({ year: 2019, q: 'a' })).toEqual({
      filter: { text: 'a', statYears: [2019] }, orderBy: { field: 'HELD_ON', direction: 'DESC' }, first: 50,
    });
    expect(toVariables({ before: 'x', dir: 'ASC' })).toEqual({ filter: {}, orderBy: { field: 'HELD_ON', direction: 'ASC' }, last: 50, before: 'x' });
    expect(changed({ year: 2019, after: 'x' }, { q: 'b' })).toEqual({ year: 2019, q: 'b' });
  });
});
