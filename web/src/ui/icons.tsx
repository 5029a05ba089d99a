// Icons are drawn here: one path each on a 24-unit grid, in the colour of the text, hidden from screen readers
// because the words beside them say the same.

const PATHS = {
  search: 'M10.5 4a6.5 6.5 0 1 0 4 11.6l4.9 4.9 1.6-1.6-4.9-4.9A6.5 6.5 0 0 0 10.5 4Zm0 2.2a4.3 4.3 0 1 1 0 8.6 4.3 4.3 0 0 1 0-8.6Z',
  running: 'M8 5v14l11-7z',
  waiting: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm1 4v5.3l3.6 2.1-1 1.7L11 13.4V7z',
  paused: 'M7 5h3.5v14H7zm6.5 0H17v14h-3.5z',
  done: 'M9.5 16.6 4.9 12l-1.6 1.6 6.2 6.2L20.7 8.6 19.1 7z',
  stopped: 'M6 6h12v12H6z',
  moved: 'M4 11h11.2l-4-4L12.8 5.4 19.4 12l-6.6 6.6-1.6-1.6 4-4H4z',
  blocked: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-5 8h10v2H7z',
  dot: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
  warning: 'M12 3 1.5 21h21zm-1 7h2v5h-2zm0 6.5h2v2h-2z',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-1 4h2v2h-2zm0 4h2v6h-2z',
  lock: 'M7 10V8a5 5 0 0 1 10 0v2h1.5v11h-13V10zm2.2 0h5.6V8a2.8 2.8 0 0 0-5.6 0z',
  empty: 'M4 5h16v14H4zm2 2v7h3l1 2h4l1-2h3V7z',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm-8 16c0-3.6 3.6-6 8-6s8 2.4 8 6z',
  ascending: 'M12 6l6 8H6z',
  descending: 'M12 18 6 10h12z',
  unsorted: 'M12 4l5 6H7zm0 16-5-6h10z',
  previous: 'M14.5 5 16 6.5 10.5 12l5.5 5.5-1.5 1.5-7-7z',
  next: 'M9.5 5 8 6.5l5.5 5.5L8 17.5 9.5 19l7-7z',
  filter: 'M3 5h18l-7 8v6l-4-2v-4z',
  upload: 'M11 16V7.8L7.4 11.4 6 10l6-6 6 6-1.4 1.4L13 7.8V16zm-7 2h16v2H4z',
  download: 'M13 4v8.2l3.6-3.6L18 10l-6 6-6-6 1.4-1.4 3.6 3.6V4zM4 18h16v2H4z',
  close: 'M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4L12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fillRule="evenodd" />
    </svg>
  );
}
