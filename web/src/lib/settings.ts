// What a person chose on this device and nothing that is data. Storage may be forbidden or full; then the choice
// lasts as long as the page.

type Setting = 'language' | 'theme' | 'case-columns' | 'signed-in';

export function readSetting(name: Setting): string | null {
  try {
    return localStorage.getItem(`thads.${name}`);
  } catch {
    return null;
  }
}

/** Keeps a choice; null forgets it. */
export function writeSetting(name: Setting, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`thads.${name}`);
    else localStorage.setItem(`thads.${name}`, value);
  } catch {
    // Forbidden storage is the visitor's choice, and nothing depends on it.
  }
}
