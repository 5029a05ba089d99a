import { describe, expect, test } from 'vitest';
import { parseSearch, stringifySearch } from '../../lib/search';
import { activeFilters, type CaseSearch, changed, orderOf, sortedBy, toFilter, toVariables, validateCaseSearch } from './search';

describe('what the URL may say', () => {
  test('nothing is the whole list, newest changes first', () => {
    expect(validateCaseSearch({})).toEqual({});
    expect(toVariables({})).toEqual({ filter: {}, orderBy: { field: 'UPDATED_AT', direction: 'DESC' }, first: 50 });
  });

  test.each<[string, Record<string, unknown>]>([
    ['an unknown state', { state: 'FLYING' }], ['an unknown order', { sort: 'id;drop' }], ['a date that does not exist', { from: '2019-02-30' }],
    ['a negative sum', { min: '-1' }], ['a sum in words', { max: 'nhiều' }], ['an empty text', { q: '  ' }], ['an unknown column', { cols: 'secret' }],
    ['an unknown parameter', { debug: '1' }], ['a wrong kind', { live: 'maybe', unassigned: 'no', kind: 'X', tag: 'Y', initiation: 'Z', dir: 'UP' }],
  ])('%s is as if it were not there', (_name, raw) => expect(validateCaseSearch(raw)).toEqual({}));

  test('of two cursors only the first counts', () => {
    expect(validateCaseSearch({ after: 'a', before: 'b' })).toEqual({ after: 'a' });
  });

  test('everything survives the address bar', () => {
    const search: CaseSearch = {
      q: 'lê văn sơn', state: ['IN_PROGRESS', 'POSTPONED'], live: 'yes', unit: 'VW5pdDox', officer: 'o1', unassigned: 'yes',
      initiation: 'ON_REQUEST', kind: 'CIVIL', tag: 'CREDIT_INSTITUTION', from: '2018-10-01', to: '2019-09-30', min: 1_000_000,
      max: 970_327_000_000, sort: 'OUTSTANDING', dir: 'ASC', cols: ['parties', 'state'], before: 'Y3Vyc29y',
    };
    expect(validateCaseSearch(parseSearch(stringifySearch({ ...search })))).toEqual(search);
  });
});

describe('what the server is asked for', () => {
  test('each filter becomes its condition', () => {
    expect(toFilter({
      q: '46/QĐ', state: ['DONE'], live: 'no', unit: 'u1', officer: 'o1', unassigned: 'yes', initiation: 'OWN_MOTION', kind: 'CRIMINAL',
      tag: 'DIRECTED', from: '2018-10-01', max: 5,
    })).toEqual({
      text: '46/QĐ', states: ['DONE'], live: false, units: ['u1'], officers: ['o1'], unassigned: true, initiation: 'OWN_MOTION',
      judgmentKinds: ['CRIMINAL'], tags: ['DIRECTED'], openedOn: { from: '2018-10-01' }, outstanding: { max: 5 },
    });
  });

  test('a sum of zero is a condition, not the lack of one', () => {
    expect(toFilter({ min: 0 })).toEqual({ outstanding: { min: 0 } });
    expect(activeFilters({ min: 0 })).toEqual(['min']);
  });

  test('pages go forward from a cursor and back from a cursor', () => {
    expect(toVariables({ after: 'x' })).toMatchObject({ first: 50, after: 'x' });
    expect(toVariables({ before: 'y' })).toMatchObject({ last: 50, before: 'y' });
    expect(toVariables({ before: 'y' })).not.toHaveProperty('first');
  });
});

describe('changes', () => {
  test('a change of filter begins at the first page', () => {
    expect(changed({ q: 'a', after: 'x' }, { unit: 'u' })).toEqual({ q: 'a', unit: 'u' });
    expect(changed({ q: 'a', before: 'x' }, { q: undefined })).toEqual({});
  });
  test('a step through the pages keeps the filters', () => {
    expect(changed({ q: 'a', after: 'x' }, { before: 'y' })).toEqual({ q: 'a', before: 'y' });
  });
  test('the first click on a heading takes the usual direction, the next turns it round', () => {
    const once = sortedBy({ after: 'x' }, 'OUTSTANDING');
    expect(once).toEqual({ sort: 'OUTSTANDING', dir: 'DESC' });
    expect(sortedBy(once, 'OUTSTANDING')).toEqual({ sort: 'OUTSTANDING', dir: 'ASC' });
    expect(orderOf(sortedBy({}, 'UPDATED_AT'))).toEqual({ field: 'UPDATED_AT', direction: 'ASC' });
  });
});
