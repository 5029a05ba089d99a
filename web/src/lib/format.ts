// How numbers, money and dates are written, and how what people type is read back. Pure functions; the language
// is an argument so that nothing here depends on React. Vietnamese writes 1.234.567,89 and 34,71%.

export type Language = 'vi' | 'en';

const LOCALES: Record<Language, string> = { vi: 'vi-VN', en: 'en-GB' };
const ZONE = 'Asia/Ho_Chi_Minh';

const cache = new Map<string, Intl.NumberFormat>();

function numberFormat(language: Language, decimals: number, fixed: boolean): Intl.NumberFormat {
  const key = `${language}${decimals}${fixed}`;
  let format = cache.get(key);
  if (!format) {
    format = new Intl.NumberFormat(LOCALES[language], {
      minimumFractionDigits: fixed ? decimals : 0,
      maximumFractionDigits: decimals,
    });
    cache.set(key, format);
  }
  return format;
}

/** A count: 13.140. */
export function formatInteger(value: number, language: Language = 'vi'): string {
  return numberFormat(language, 0, true).format(value);
}

/** A number with at most `decimals` decimals, none where they are zero: 4,72. */
export function formatDecimal(value: number, language: Language = 'vi', decimals = 3): string {
  return numberFormat(language, decimals, false).format(value);
}

/** Whole đồng, exactly, without a unit: for columns whose heading says "đồng". */
export function formatDong(value: number, language: Language = 'vi'): string {
  return formatInteger(value, language);
}

const UNITS = {
  vi: { billion: 'tỷ', million: 'triệu', dong: 'đồng' },
  en: { billion: 'billion đ', million: 'million đ', dong: 'đ' },
} as const;

/**
 * Money for reading at a glance, with its unit: 336,758 tỷ · 12,5 triệu · 650.000 đồng. Three decimals of a tỷ are
 * whole triệu, three decimals of a triệu whole nghìn; the rest is rounded, so the exact amount belongs beside it.
 */
export function formatDongShort(value: number, language: Language = 'vi'): string {
  const size = Math.abs(value);
  const unit = UNITS[language];
  // What rounds up to a whole tỷ is written as one: 999.999.999 đồng is 1 tỷ, not 1.000 triệu.
  if (size >= 999_999_500) return `${formatDecimal(value / 1e9, language)} ${unit.billion}`;
  if (size >= 1e6) return `${formatDecimal(value / 1e6, language)} ${unit.million}`;
  return `${formatInteger(value, language)} ${unit.dong}`;
}

/** Money exactly, with its unit: 336.758.000.000 đồng. */
export function formatDongExact(value: number, language: Language = 'vi'): string {
  return `${formatInteger(value, language)} ${UNITS[language].dong}`;
}

/** Whether `formatDongShort` loses anything of the value. */
export function isShortExact(value: number): boolean {
  const size = Math.abs(value);
  if (size >= 999_999_500) return value % 1e6 === 0;
  return size >= 1e6 ? value % 1e3 === 0 : true;
}

/** A rate in points with its two decimals: 34,71%. */
export function formatPercent(points: number, language: Language = 'vi'): string {
  return `${numberFormat(language, 2, true).format(points)}%`;
}

/** A difference of rates: +4,71 · −0,01. The sign is always written, with a real minus. */
export function formatPoints(points: number, language: Language = 'vi'): string {
  const text = numberFormat(language, 2, true).format(Math.abs(points));
  if (Number(points.toFixed(2)) === 0) return text;
  return `${points < 0 ? '−' : '+'}${text}`;
}

const CIVIL = /^(\d{4})-(\d{2})-(\d{2})$/;

/** A civil date as dd/MM/yyyy. What is not an ISO date is shown as it came. */
export function formatDate(iso: string): string {
  const parts = CIVIL.exec(iso);
  return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : iso;
}

const instant = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE, day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});

/** An instant as dd/MM/yyyy HH:mm in Vietnam, wherever the reader sits. */
export function formatTime(rfc3339: string): string {
  const at = new Date(rfc3339);
  if (Number.isNaN(at.getTime())) return rfc3339;
  const part = Object.fromEntries(instant.formatToParts(at).map((p) => [p.type, p.value]));
  return `${part['day']}/${part['month']}/${part['year']} ${part['hour']}:${part['minute']}`;
}

/** The civil date of an instant in Vietnam, as ISO. */
export function civilDate(at: Date): string {
  const part = Object.fromEntries(instant.formatToParts(at).map((p) => [p.type, p.value]));
  return `${part['year']}-${part['month']}-${part['day']}`;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function toISO(year: number, month: number, day: number): string | undefined {
  if (year < 1900 || year > 2200 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/**
 * What a person typed as a date, as ISO: 05/09/2018, 5-9-2018, 5.9.2018, 05092018 and 2018-09-05 are the same day.
 * Undefined where there is no such day: years have four digits, because "20" has been both 1920 and 2020 in files.
 */
export function parseDate(text: string): string | undefined {
  const trimmed = text.trim();
  const iso = CIVIL.exec(trimmed);
  if (iso) return toISO(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const typed = /^(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})$/.exec(trimmed) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(trimmed);
  return typed ? toISO(Number(typed[3]), Number(typed[2]), Number(typed[1])) : undefined;
}

const SCALE: Record<string, number> = { '': 1, đ: 1, d: 1, đồng: 1, dong: 1, vnd: 1, nghìn: 1e3, ngàn: 1e3, triệu: 1e6, trieu: 1e6, tr: 1e6, tỷ: 1e9, tỉ: 1e9, ty: 1e9 };

/**
 * What a person typed as money, in whole đồng: 1.234.567 · 12,5 triệu · 2 tỷ. A dot groups thousands and a comma
 * starts decimals, as Vietnamese does; "1.5 tỷ" is therefore refused rather than read as either 1,5 or 15. Undefined
 * as well where đồng would be broken or the amount is beyond what a number holds exactly.
 */
export function parseDong(text: string): number | undefined {
  const match = /^(\d[\d.\s]*)(?:,(\d+))?\s*(\p{L}*)$/u.exec(text.trim().normalize('NFC').toLowerCase());
  if (!match) return undefined;
  const [, whole = '', decimals = '', unit = ''] = match;
  const scale = SCALE[unit];
  const digits = whole.trim();
  if (scale === undefined || !/^(\d+|\d{1,3}([.\s]\d{3})+)$/.test(digits)) return undefined;
  const places = Math.round(Math.log10(scale));
  const fraction = decimals.replace(/0+$/, '');
  if (fraction.length > places) return undefined;
  const amount = Number(digits.replace(/[.\s]/g, '') + fraction.padEnd(places, '0'));
  return Number.isSafeInteger(amount) ? amount : undefined;
}
