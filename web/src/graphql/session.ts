import { queryOptions, useQuery } from '@tanstack/react-query';
import { readSetting, writeSetting } from '../lib/settings';
import { execute } from './client';
import { operation } from './query';
import { SessionDocument, type SessionQuery } from './session.gen';

/** Who is asking and what is running. It changes only by signing in or out, which both load the page anew. */
export const sessionQuery = queryOptions({
  ...operation(SessionDocument, {}),
  queryFn: async ({ signal }) => {
    const session = await execute(SessionDocument, {}, signal);
    writeSetting('signed-in', session.me ? 'yes' : null);
    return session;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const useSession = () => useQuery(sessionQuery);

/**
 * Whether to act as if somebody had signed in while the server has not said yet: what it said the last time. It
 * saves a way to the server and back on every opening; rights are the server's alone to judge.
 */
export const probablySignedIn = () => readSetting('signed-in') === 'yes';

export type Viewer = NonNullable<SessionQuery['me']>;
export type Right = Viewer['rights'][number];
