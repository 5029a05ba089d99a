// Search parameters of the URL. A page keeps there what it shows: filters, order, place in a list. Anybody may type
// anything into an address, so every parameter goes through one of these readers, and what is not understood is as if
// it were not there. The readers accept what the application itself sets (typed) and what the URL holds (strings).

/** Reads one of a closed set of words. */
export function oneOf<Value extends string>(raw: unknown, values: readonly Value[]): Value | undefined {
  return values.find((value) => value === raw);
}

/** Reads several of a closed set, in the order of the set, without repetition; undefined for none. */
export function someOf<Value extends string>(raw: unknown, values: readonly Value[]): readonly Value[] | undefined {
  const given: readonly unknown[] = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : [];
  const found = values.filter((value) => given.includes(value));
  return found.length > 0 ? found : undefined;
}

/** Reads a text of at most `limit` characters, trimmed; undefined for an empty one. */
export function text(raw: unknown, limit = 200): string | undefined {
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  const trimmed = String(raw).normalize('NFC').trim().slice(0, limit);
  return trimmed === '' ? undefined : trimmed;
}

/** Reads an ISO date that exists. */
export function isoDate(raw: unknown): string | undefined {
  if (typeof raw !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(raw)) return undefined;
  const at = new Date(`${raw}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(raw) ? raw : undefined;
}

/** Reads a whole number from 0 to 2^53 − 1. */
export function whole(raw: unknown): number | undefined {
  const value = typeof raw === 'string' && /^\d{1,16}$/.test(raw) ? Number(raw) : raw;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Drops what is undefined, so that equal searches are equal objects and short URLs. */
export function compact<Search extends object>(search: Search): Search {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Search;
}

/** The URL's own form: every parameter a plain string, lists with commas. */
export function parseSearch(query: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null) continue;
    // A comma is a legal character of a query and keeps the lists legible.
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value)).replaceAll('%2C', ',')}`);
  }
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}
