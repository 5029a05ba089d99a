import type { Right } from '../graphql/session';
import type { PlainKey } from '../i18n';

interface Room {
  readonly to: string;
  readonly label: PlainKey;
  /** Any of these opens the room; without them it is for everybody. */
  readonly rights?: readonly Right[];
}

/**
 * The rooms that exist, in the order of the navigation. A room joins this list with its first page; nobody is shown
 * a link that leads nowhere or to what they may not do, and those who have not signed in are shown only what is public.
 */
export const ROOMS = [
  { to: '/', label: 'room.overview', rights: ['READ_FIGURES'] },
  { to: '/cases', label: 'room.cases', rights: ['READ'] },
  { to: '/conferences', label: 'room.conferences', rights: ['READ_FIGURES'] },
  { to: '/imports', label: 'room.imports', rights: ['IMPORT'] },
  { to: '/people', label: 'room.people', rights: ['MANAGE_ACCOUNTS'] },
  { to: '/disclosures', label: 'room.disclosures', rights: ['AUDIT'] },
  { to: '/public', label: 'room.public' },
] as const satisfies readonly Room[];

export function mayEnter(room: Room, rights: readonly Right[]): boolean {
  return room.rights === undefined || room.rights.some((right) => rights.includes(right));
}

/** Where somebody with these rights begins: the first room that is not everybody's, or their own page. */
export function firstRoom(rights: readonly Right[]): string {
  return ROOMS.find((room) => 'rights' in room && mayEnter(room, rights))?.to ?? '/profile';
}
