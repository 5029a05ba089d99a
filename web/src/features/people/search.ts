import { DisclosureKind, Role } from '../../graphql/schema.gen';
import { ownPath } from '../../lib/path';
import { compact, isoDate, oneOf, text } from '../../lib/search';

interface Place {
  /** A cursor: the page behind it, or the page before it. At most one of the two. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

function place(raw: Record<string, unknown>): Place {
  const after = text(raw['after'], 1000);
  return { after, before: after === undefined ? text(raw['before'], 1000) : undefined };
}

const YES_NO = ['yes', 'no'] as const;

export interface PeopleSearch extends Place {
  readonly q?: string | undefined;
  readonly role?: Role | undefined;
  readonly unit?: string | undefined;
  readonly disabled?: (typeof YES_NO)[number] | undefined;
}

export const validatePeopleSearch = (raw: Record<string, unknown>): PeopleSearch => compact({
  q: text(raw['q']), role: oneOf(raw['role'], Role), unit: text(raw['unit']), disabled: oneOf(raw['disabled'], YES_NO), ...place(raw),
});

export interface DisclosureSearch extends Place {
  readonly kind?: DisclosureKind | undefined;
  readonly by?: string | undefined;
  readonly case?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export const validateDisclosureSearch = (raw: Record<string, unknown>): DisclosureSearch => compact({
  kind: oneOf(raw['kind'], DisclosureKind), by: text(raw['by']), case: text(raw['case']), from: isoDate(raw['from']), to: isoDate(raw['to']), ...place(raw),
});

export interface WelcomeSearch {
  /** Where to go when everything is done; a path of this site. */
  readonly to?: string | undefined;
}

export function validateWelcomeSearch(raw: Record<string, unknown>): WelcomeSearch {
  const to = ownPath(raw['to']);
  return compact({ to: to === '/' || /^\/(welcome|login)(?![^/?#])/.test(to) ? undefined : to });
}

export const LINK_PROBLEMS = ['PROVIDER', 'LINKED_ELSEWHERE', 'SIGN_IN_AGAIN'] as const;

export interface ProfileSearch {
  /** What became of tying the identity of the provider. */
  readonly linked?: '1' | undefined;
  readonly problem?: (typeof LINK_PROBLEMS)[number] | undefined;
}

export const validateProfileSearch = (raw: Record<string, unknown>): ProfileSearch =>
  compact({ linked: oneOf(raw['linked'], ['1'] as const), problem: oneOf(raw['problem'], LINK_PROBLEMS) });
