// The search parameters of the list of conferences.
import { ConferenceKind } from '../../graphql/schema.gen';
import { compact, oneOf, text, whole } from '../../lib/search';
import type { ConferenceListQueryVariables } from './list.gen';

export const PAGE_SIZE = 50;

export interface ConferenceSearch {
  readonly q?: string | undefined;
  readonly kind?: ConferenceKind | undefined;
  /** The statistical year it was about. */
  readonly year?: number | undefined;
  readonly dir?: 'ASC' | 'DESC' | undefined;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

export function validateConferenceSearch(raw: Record<string, unknown>): ConferenceSearch {
  const after = text(raw['after'], 1000);
  const year = whole(raw['year']);
  return compact({
    q: text(raw['q']),
    kind: oneOf(raw['kind'], ConferenceKind),
    year: year !== undefined && year >= 1990 && year <= 2100 ? year : undefined,
    dir: oneOf(raw['dir'], ['ASC', 'DESC']),
    after,
    before: after === undefined ? text(raw['before'], 1000) : undefined,
  });
}

/** A search with some parameters changed; unless the change is a step through the pages, from the first one. */
export function changed(search: ConferenceSearch, change: Partial<ConferenceSearch>): ConferenceSearch {
  return validateConferenceSearch({ ...search, after: undefined, before: undefined, ...change });
}

export function toVariables({ q, kind, year, dir = 'DESC', after, before }: ConferenceSearch): ConferenceListQueryVariables {
  const place = before === undefined ? compact({ first: PAGE_SIZE, after }) : { last: PAGE_SIZE, before };
  return {
    filter: compact({ text: q, kinds: kind && [kind], statYears: year === undefined ? undefined : [year] }),
    orderBy: { field: 'HELD_ON', direction: dir },
    ...place,
  };
}
