import { useSyncExternalStore } from 'react';

/** Whether a media query holds, followed while it changes. For what CSS alone cannot do: another structure. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (notify) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', notify);
      return () => list.removeEventListener('change', notify);
    },
    () => window.matchMedia(query).matches,
    () => false,
  );
}

/** A table of many columns does not fit: show one record below the other. */
export const NARROW = '(max-width: 45rem)';
