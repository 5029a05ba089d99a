// Addresses within the application that came from outside it, such as where to go after signing in.

/** The path, query and fragment of an address of this site; "/" for anything else, so that nobody is led elsewhere. */
export function ownPath(raw: unknown): string {
  // A second slash, or a backslash that browsers take for one, begins the name of another host.
  if (typeof raw !== 'string' || raw.length > 2000 || !raw.startsWith('/') || /^\/[/\\]/.test(raw)) return '/';
  // Browsers drop control characters before reading an address: what remains may be another one.
  if (/[\u0000-\u0020\u007f\\]/.test(raw)) return '/'; // oxlint-disable-line no-control-regex
  const url = URL.parse(raw, 'https://own.invalid');
  return url?.origin === 'https://own.invalid' ? url.pathname + url.search + url.hash : '/';
}
