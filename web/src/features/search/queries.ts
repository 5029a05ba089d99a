import { operation } from '../../graphql/query';
import { SearchDocument } from './search.gen';

/** Shorter texts match nearly everything; the server refuses them. */
export const SHORTEST = 2;

export const searchQuery = (text: string) => ({ ...operation(SearchDocument, { text }), staleTime: 30_000 });
