import { describe, expect, test } from 'vitest';
import { type Draft, type FieldOf, missing, readingInput, sameRows, withConstant, withField, withMapping, withUnit } from './mapping';

const column = (n: number, field: string | null, title: string | null = `T${n}`) => ({ column: n, letter: 'ABCD'.charAt(n - 1), title, field, unit: null });
const draft: Draft = {
  register: 'CASES', sheet: 'Sổ', headerRow: 3, formulas: false, constants: [{ field: 'unit', value: '38.01' }],
  columns: [column(1, null), column(2, 'number'), column(3, 'amount')],
};
const field = (code: string, required: boolean): FieldOf => ({ code, header: code, help: null, required, money: code === 'amount', example: null, gives: code === 'numberAndDate' ? ['number', 'date'] : [], choices: [] });

describe('a mapping under change', () => {
  test('a field belongs to one column, and a column to no constant', () => {
    const moved = withField(draft, 1, 'number');
    expect(moved.columns.map((one) => one.field)).toEqual(['number', null, 'amount']);
    expect(withField(draft, 1, 'unit').constants).toEqual([]);
    expect(withField(draft, 2, null).columns[1]?.field).toBeNull();
    expect(draft.columns[1]?.field).toBe('number'); // the one before is as it was
  });

  test('the unit of money goes with the field', () => {
    const inMillions = withUnit(draft, 3, 'MILLION');
    expect(inMillions.columns[2]?.unit).toBe('MILLION');
    expect(withField(inMillions, 3, 'outstanding').columns[2]?.unit).toBeNull();
    expect(withField(inMillions, 3, 'amount').columns[2]?.unit).toBe('MILLION');
  });

  test('what is missing is what neither a column nor a constant says', () => {
    const fields = [field('unit', true), field('number', true), field('date', true), field('court', false), field('numberAndDate', false)];
    expect(missing(draft, fields).map(({ code }) => code)).toEqual(['date']);
    expect(missing(withField(draft, 2, 'numberAndDate'), fields)).toEqual([]);
    expect(missing(withConstant(draft, 'unit', ''), fields).map(({ code }) => code)).toEqual(['unit', 'date']);
  });

  test('rows are shown for the sheet and headers that the server read', () => {
    expect(sameRows(withField(draft, 1, 'court'), draft)).toBe(true);
    expect(sameRows({ ...draft, headerRow: 4 }, draft)).toBe(false);
    expect(sameRows(draft, null)).toBe(false);
  });

  test('a register of other records stands alone in its file', () => {
    const none = { cases: null, events: null, records: null };
    const officers: Draft = { ...draft, register: 'OFFICERS' };
    const events: Draft = { ...draft, register: 'CASE_EVENTS' };
    expect(withMapping(withMapping(none, draft), events)).toEqual({ cases: draft, events, records: null });
    expect(withMapping(withMapping(none, draft), officers)).toEqual({ ...none, records: officers });
    expect(withMapping({ ...none, records: officers }, draft)).toEqual({ ...none, cases: draft });
  });

  test('what is sent names every column and nothing that the server derives', () => {
    expect(readingInput({ cases: draft, events: null, records: null })).toEqual({
      cases: {
        register: 'CASES', sheet: 'Sổ', headerRow: 3, formulas: false, constants: [{ field: 'unit', value: '38.01' }],
        columns: [1, 2, 3].map((n) => ({ column: n, title: `T${n}`, field: [null, 'number', 'amount'][n - 1], unit: null })),
      },
      events: null, records: null,
    });
  });
});
