import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { readSetting, writeSetting } from '../lib/settings';
import { execute } from './client';
import { operation } from './query';
import { Right } from './schema.gen';
import { SessionDocument, type SessionQuery } from './session.gen';

export type Viewer = NonNullable<SessionQuery['me']>;
export type { Right };

/** Who is asking and what is running. It changes only by signing in, by what that demands, and by signing out. */
export const sessionQuery = queryOptions({
  ...operation(SessionDocument, {}),
  queryFn: async ({ signal }) => {
    const session = await execute(SessionDocument, {}, signal);
    writeSetting('signed-in', session.me ? ['yes', ...session.me.rights].join(' ') : null);
    return session;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const useSession = () => useQuery(sessionQuery);

/** Asks anew who is asking, and for what is shown; what is not shown is forgotten: it was for whoever it was before. */
export async function renewSession(client: QueryClient): Promise<SessionQuery> {
  const session = await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
  client.removeQueries({ type: 'inactive' });
  await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
  return session;
}

/**
 * What to act by while the server has not said yet who is asking: the rights it named the last time, null for a
 * visitor. It saves a way to the server and back on every opening; rights are the server's alone to judge.
 */
export function probableRights(): readonly Right[] | null {
  const kept = readSetting('signed-in')?.split(' ');
  return kept?.[0] === 'yes' ? Right.filter((right) => kept.includes(right)) : null;
}

/** The rights of whoever is asking, as far as is known; none for a visitor. */
export function useRights(): readonly Right[] {
  const session = useSession();
  return session.data ? session.data.me?.rights ?? [] : probableRights() ?? [];
}
