// The search parameters of the case list: what they may be, and what the server is asked for.
import { CaseOrderField, CaseState, CaseTag, Initiation, JudgmentKind } from '../../graphql/schema.gen';
import { compact, isoDate, oneOf, someOf, text, whole } from '../../lib/search';
import type { CaseFilter, CaseListQueryVariables } from './list.gen';

export const PAGE_SIZE = 50;

export const COLUMNS = [
  'parties', 'unit', 'officer', 'state', 'opened', 'judgment', 'total', 'outstanding', 'tags', 'lastEvent', 'updated',
] as const;
export type Column = (typeof COLUMNS)[number];
export const DEFAULT_COLUMNS: readonly Column[] = ['parties', 'unit', 'state', 'opened', 'outstanding'];

export interface CaseSearch {
  /** A number or words of a name. */
  readonly q?: string | undefined;
  readonly state?: readonly CaseState[] | undefined;
  /** Unfinished or finished; both where it is not given. */
  readonly live?: 'yes' | 'no' | undefined;
  readonly unit?: string | undefined;
  readonly officer?: string | undefined;
  /** 'yes' for cases nobody was assigned to. */
  readonly unassigned?: 'yes' | undefined;
  readonly initiation?: Initiation | undefined;
  readonly kind?: JudgmentKind | undefined;
  readonly tag?: CaseTag | undefined;
  /** Accepted from and to, as ISO dates. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Outstanding at least and at most, in đồng. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly sort?: CaseOrderField | undefined;
  readonly dir?: 'ASC' | 'DESC' | undefined;
  readonly cols?: readonly Column[] | undefined;
  /** A cursor: the page behind it, or the page before it. At most one of the two. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** The parameters that narrow the list, in the order in which they are shown as chips. */
export const FILTERS = [
  'q', 'state', 'live', 'unit', 'officer', 'unassigned', 'initiation', 'kind', 'tag', 'from', 'to', 'min', 'max',
] as const satisfies readonly (keyof CaseSearch)[];
export type FilterName = (typeof FILTERS)[number];

export function validateCaseSearch(raw: Record<string, unknown>): CaseSearch {
  const after = text(raw['after'], 1000);
  return compact({
    q: text(raw['q']),
    state: someOf(raw['state'], CaseState),
    live: oneOf(raw['live'], ['yes', 'no']),
    unit: text(raw['unit']),
    officer: text(raw['officer']),
    unassigned: oneOf(raw['unassigned'], ['yes']),
    initiation: oneOf(raw['initiation'], Initiation),
    kind: oneOf(raw['kind'], JudgmentKind),
    tag: oneOf(raw['tag'], CaseTag),
    from: isoDate(raw['from']),
    to: isoDate(raw['to']),
    min: whole(raw['min']),
    max: whole(raw['max']),
    sort: oneOf(raw['sort'], CaseOrderField),
    dir: oneOf(raw['dir'], ['ASC', 'DESC']),
    cols: someOf(raw['cols'], COLUMNS),
    after,
    before: after === undefined ? text(raw['before'], 1000) : undefined,
  });
}

export function activeFilters(search: CaseSearch): FilterName[] {
  return FILTERS.filter((name) => search[name] !== undefined);
}

/** A search with some parameters changed. Unless the change is a step through the pages, it begins at the first. */
export function changed(search: CaseSearch, change: Partial<CaseSearch>): CaseSearch {
  return validateCaseSearch({ ...search, after: undefined, before: undefined, ...change });
}

export function toFilter(search: CaseSearch): CaseFilter {
  const { q, state, live, unit, officer, unassigned, initiation, kind, tag, from, to, min, max } = search;
  return compact({
    text: q,
    states: state,
    live: live && live === 'yes',
    units: unit === undefined ? undefined : [unit],
    officers: officer === undefined ? undefined : [officer],
    unassigned: unassigned && true,
    initiation,
    judgmentKinds: kind && [kind],
    tags: tag && [tag],
    openedOn: from === undefined && to === undefined ? undefined : compact({ from, to }),
    outstanding: min === undefined && max === undefined ? undefined : compact({ min, max }),
  });
}

/** What is sorted by, and the direction that people mean when they choose it first. */
const FIRST_DIRECTION: Readonly<Record<CaseOrderField, 'ASC' | 'DESC'>> = {
  UPDATED_AT: 'DESC', OPENED_ON: 'DESC', NUMBER: 'ASC', DEBTOR_NAME: 'ASC', OUTSTANDING: 'DESC', TOTAL: 'DESC', SINCE: 'ASC',
};

export function orderOf(search: CaseSearch): { readonly field: CaseOrderField; readonly direction: 'ASC' | 'DESC' } {
  const field = search.sort ?? 'UPDATED_AT';
  return { field, direction: search.dir ?? FIRST_DIRECTION[field] };
}

/** The order after a click on a heading: by it, and the other way round on the next click. */
export function sortedBy(search: CaseSearch, field: CaseOrderField): CaseSearch {
  const now = orderOf(search);
  if (now.field !== field) return changed(search, { sort: field, dir: FIRST_DIRECTION[field] });
  return changed(search, { sort: field, dir: now.direction === 'ASC' ? 'DESC' : 'ASC' });
}

export function toVariables(search: CaseSearch): CaseListQueryVariables {
  const place = search.before === undefined
    ? compact({ first: PAGE_SIZE, after: search.after })
    : { last: PAGE_SIZE, before: search.before };
  return { filter: toFilter(search), orderBy: orderOf(search), ...place };
}
