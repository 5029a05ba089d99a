import { ownPath } from '../../lib/path';
import { compact, oneOf } from '../../lib/search';

export const PROBLEMS = ['NOT_LINKED', 'PROVIDER'] as const;

export interface LoginSearch {
  /** Where to go afterwards; a path of this site. */
  readonly from?: string | undefined;
  /** What became of signing in at the provider. */
  readonly problem?: (typeof PROBLEMS)[number] | undefined;
}

export function validateLoginSearch(raw: Record<string, unknown>): LoginSearch {
  const from = ownPath(raw['from']);
  return compact({ from: from === '/' || /^\/login(?![^/?#])/.test(from) ? undefined : from, problem: oneOf(raw['problem'], PROBLEMS) });
}
