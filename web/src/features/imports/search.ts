import { compact, text } from '../../lib/search';

export interface ImportSearch {
  /** A cursor: the page behind it, or the page before it. At most one of the two. */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

export function validateImportSearch(raw: Record<string, unknown>): ImportSearch {
  const after = text(raw['after'], 1000);
  return compact({ after, before: after === undefined ? text(raw['before'], 1000) : undefined });
}
