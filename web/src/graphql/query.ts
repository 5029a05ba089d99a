import { QueryClient, queryOptions } from '@tanstack/react-query';
import { BAD_RESPONSE, execute, GraphQLFailure, type TypedDocument, UNREACHABLE } from './client';

/**
 * Options for useQuery, useSuspenseQuery and prefetchQuery alike. The key is the operation, its variables, and the
 * revision of what is asked about where the page knows it: another revision is never answered from memory.
 */
export function operation<Result, Variables>(document: TypedDocument<Result, Variables>, variables: Variables, revision: number | string = '') {
  return queryOptions({
    queryKey: [document.name, variables, revision] as const,
    queryFn: ({ signal }) => execute(document, variables, signal),
  });
}

/** Whether asking again may help: the server was not there or not ready. A refusal stays one. */
export function worthRetrying(failures: number, error: Error): boolean {
  if (failures >= 2 || !(error instanceof GraphQLFailure)) return false;
  return error.code === UNREACHABLE || (error.code === BAD_RESPONSE && error.status >= 500) || error.status === 503;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: worthRetrying,
        retryDelay: (attempt) => 500 * 2 ** attempt,
        // Clerks go back and forth between a list and its cases all day: what was read moments ago may be shown
        // at once and is refreshed behind it.
        staleTime: 10_000,
        gcTime: 10 * 60_000,
      },
      mutations: { retry: false },
    },
  });
}
