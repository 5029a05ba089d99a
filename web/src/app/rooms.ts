import type { Right } from '../graphql/session';
import type { PlainKey } from '../i18n';

/**
 * The rooms that exist, in the order of the navigation. A room joins this list with its first page; nobody is shown
 * a link that leads nowhere or to what they may not do, and those who have not signed in are shown only what is public.
 */
export const ROOMS = [
  { to: '/', label: 'room.overview', open: false },
  { to: '/cases', label: 'room.cases', open: false },
  { to: '/conferences', label: 'room.conferences', open: false },
  { to: '/imports', label: 'room.imports', open: false, right: 'DIRECT' },
  { to: '/public', label: 'room.public', open: true },
] as const satisfies readonly { readonly to: string; readonly label: PlainKey; readonly open: boolean; readonly right?: Right }[];
