import { useQuery } from '@tanstack/react-query';
import { operation } from './query';
import { SessionDocument, type SessionQuery } from './session.gen';

/** Who is asking and what is running. It changes only by signing in or out, which both load the page anew. */
export const sessionQuery = { ...operation(SessionDocument, {}), staleTime: Number.POSITIVE_INFINITY };

export const useSession = () => useQuery(sessionQuery);

export type Viewer = NonNullable<SessionQuery['me']>;
export type Right = Viewer['rights'][number];
