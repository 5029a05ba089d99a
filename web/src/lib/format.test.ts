import { describe, expect, test } from 'vitest';
import {
  civilDate, formatDate, formatDong, formatDongExact, formatDongShort, formatInteger, formatPercent, formatPoints, formatTime,
  isShortExact, parseDate, parseDong,
} from './format';

describe('numbers', () => {
  test.each([
    [13140, '13.140'], [0, '0'], [-5, '-5'], [1234567, '1.234.567'],
  ])('integer %d is %s', (value, text) => expect(formatInteger(value)).toBe(text));

  test('English groups by commas', () => expect(formatInteger(13140, 'en')).toBe('13,140'));

  test.each([
    [34.71, '34,71%'], [30, '30,00%'], [0.5, '0,50%'], [100, '100,00%'],
  ])('percent %d is %s', (value, text) => expect(formatPercent(value)).toBe(text));

  test.each([
    [4.71, '+4,71'], [-0.01, '−0,01'], [0, '0,00'], [0.001, '0,00'], [-0.001, '0,00'],
  ])('points %d are %s', (value, text) => expect(formatPoints(value)).toBe(text));
});

describe('money', () => {
  test.each([
    [336_758_000_000, '336,758 tỷ', true],
    [970_327_000_000, '970,327 tỷ', true],
    [336_758_123_456, '336,758 tỷ', false],
    [12_500_000, '12,5 triệu', true],
    [1_000_000, '1 triệu', true],
    [999_999, '999.999 đồng', true],
    [999_999_999, '1 tỷ', false],
    [999_999_499, '999,999 triệu', false],
    [0, '0 đồng', true],
    [-2_000_000_000, '-2 tỷ', true],
  ])('%d at a glance is %s', (value, text, exact) => {
    expect(formatDongShort(value)).toBe(text);
    expect(isShortExact(value)).toBe(exact);
  });

  test('exactly', () => {
    expect(formatDong(1_234_567)).toBe('1.234.567');
    expect(formatDongExact(336_758_000_000)).toBe('336.758.000.000 đồng');
    expect(formatDongExact(1_000, 'en')).toBe('1,000 đ');
  });

  test.each([
    ['1.234.567', 1_234_567], ['1234567', 1_234_567], ['1 234 567', 1_234_567], ['2 tỷ', 2_000_000_000],
    ['12,5 triệu', 12_500_000], ['12,5 TRIỆU', 12_500_000], ['1,250 tỷ', 1_250_000_000], ['500 nghìn', 500_000],
    ['5.000đ', 5_000], ['5.000 đồng', 5_000], ['0', 0], ['2 ty', 2_000_000_000],
    ['336,758 tỷ', 336_758_000_000],
  ])('%s is read as %d', (text, value) => expect(parseDong(text)).toBe(value));

  test.each([
    '', 'abc', '1.5 tỷ', '1,5', '1,2345678901 tỷ', '-5', '12.34.567', '9.999.999 tỷ tỷ', '99999999999 tỷ', '5 usd', '1.234,5',
  ])('%j is refused', (text) => expect(parseDong(text)).toBeUndefined());
});

describe('dates', () => {
  test('are shown as dd/MM/yyyy', () => expect(formatDate('2018-09-05')).toBe('05/09/2018'));
  test('what is not a date is shown as it came', () => expect(formatDate('2018')).toBe('2018'));

  test.each([
    ['05/09/2018', '2018-09-05'], ['5-9-2018', '2018-09-05'], ['5.9.2018', '2018-09-05'], ['05092018', '2018-09-05'],
    [' 2018-09-05 ', '2018-09-05'], ['29/02/2020', '2020-02-29'], ['31/12/2019', '2019-12-31'],
  ])('%s is read as %s', (text, iso) => expect(parseDate(text)).toBe(iso));

  test.each(['', '29/02/2019', '31/04/2019', '00/01/2019', '1/13/2019', '5/9/18', '2019-02-30', 'hôm nay', '01/01/1899'])(
    '%j is refused', (text) => expect(parseDate(text)).toBeUndefined(),
  );

  test('instants are Vietnamese time whatever the zone of the machine', () => {
    expect(process.env['TZ']).toBe('America/New_York');
    expect(formatTime('2019-12-09T17:00:00.000Z')).toBe('10/12/2019 00:00');
    expect(formatTime('2019-12-09T16:59:59.999Z')).toBe('09/12/2019 23:59');
    expect(civilDate(new Date('2019-09-30T17:00:00Z'))).toBe('2019-10-01');
    expect(formatTime('never')).toBe('never');
  });
});
