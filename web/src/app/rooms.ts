import type { PlainKey } from '../i18n';

/**
 * The rooms that exist, in the order of the navigation. A room joins this list with its first page; nobody is shown
 * a link that leads nowhere.
 */
export const ROOMS = [
  { to: '/', label: 'room.overview' },
] as const satisfies readonly { readonly to: string; readonly label: PlainKey }[];
