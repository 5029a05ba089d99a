// What a mapping is while somebody changes it: pure functions, so that the page only shows and asks.
import type { ImportFieldsQuery, ImportReadingInput, ImportRecordFragment, MappingPartsFragment } from './import.gen';

export type Draft = MappingPartsFragment;
export type Column = Draft['columns'][number];
export type FieldOf = ImportFieldsQuery['importFields'][number];
export type Reading = NonNullable<ImportRecordFragment['reading']>;

/** The registers that one file may hold: cases and their events, or one of other records. */
export const PARTS = ['cases', 'events', 'records'] as const;
export type PartOf = (typeof PARTS)[number];
export type Drafts = Readonly<Record<PartOf, Draft | null>>;

/** Where a mapping belongs in a reading. */
export function partOf({ register }: Pick<Draft, 'register'>): PartOf {
  return register === 'CASES' ? 'cases' : register === 'CASE_EVENTS' ? 'events' : 'records';
}

/** The drafts with another mapping in its place: a register of other records stands alone in its file. */
export function withMapping(drafts: Drafts, draft: Draft): Drafts {
  const part = partOf(draft);
  if (part === 'records') return { cases: null, events: null, records: draft };
  return { ...drafts, [part]: draft, records: null };
}

/** The draft with another meaning for one column. A field is said by one column only, so another loses it. */
export function withField(draft: Draft, column: number, field: string | null): Draft {
  return {
    ...draft,
    columns: draft.columns.map((one) => {
      if (one.column === column) return { ...one, field, unit: field === one.field ? one.unit : null };
      return field !== null && one.field === field ? { ...one, field: null, unit: null } : one;
    }),
    constants: draft.constants.filter((constant) => constant.field !== field),
  };
}

export function withUnit(draft: Draft, column: number, unit: Column['unit']): Draft {
  return { ...draft, columns: draft.columns.map((one) => (one.column === column ? { ...one, unit } : one)) };
}

/** The draft with a value for every row; an empty one is no value. */
export function withConstant(draft: Draft, field: string, value: string): Draft {
  const rest = draft.constants.filter((constant) => constant.field !== field);
  return { ...draft, constants: value === '' ? rest : [...rest, { field, value }] };
}

/** The fields without which no row can be read and that nothing says yet. */
export function missing(draft: Draft, fields: readonly FieldOf[]): FieldOf[] {
  // One column of a book may say several things at once: a number and its date, a name and its address.
  const gives = new Map(fields.map((field) => [field.code, field.gives]));
  const says = (field: string, code: string) => field === code || (gives.get(field) ?? []).includes(code);
  return fields.filter(({ code, required }) => required
    && !draft.columns.some(({ field }) => field !== null && says(field, code))
    && !draft.constants.some(({ field }) => field === code));
}

/** Whether the preview that the server gives belongs to the draft: the rows depend on sheet and headers alone. */
export function sameRows(draft: Draft, stored: Draft | null): boolean {
  return stored !== null && draft.sheet === stored.sheet && draft.headerRow === stored.headerRow;
}

function toInput({ register, sheet, headerRow, columns, constants, formulas }: Draft) {
  return {
    register, sheet, headerRow, formulas,
    columns: columns.map(({ column, title, field, unit }) => ({ column, title, field, unit })),
    constants: constants.map(({ field, value }) => ({ field, value })),
  };
}

export function readingInput(drafts: Drafts): ImportReadingInput {
  return {
    cases: drafts.cases && toInput(drafts.cases),
    events: drafts.events && toInput(drafts.events),
    records: drafts.records && toInput(drafts.records),
  };
}
