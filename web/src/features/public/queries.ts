import { operation } from '../../graphql/query';
import { compact, text } from '../../lib/search';
import { PublicDebtorsDocument } from './public.gen';

export interface PublicSearch {
  readonly q?: string | undefined;
  readonly after?: string | undefined;
}

export const validatePublicSearch = (raw: Record<string, unknown>): PublicSearch =>
  compact({ q: text(raw['q']), after: text(raw['after'], 1000) });

export const publicDebtorsQuery = (search: PublicSearch) =>
  operation(PublicDebtorsDocument, compact({ text: search.q, after: search.after }));
