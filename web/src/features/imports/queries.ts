import { operation } from '../../graphql/query';
import type { ImportAction, ImportSeverity, Register } from '../../graphql/schema.gen';
import { compact } from '../../lib/search';
import { ImportByIdDocument, ImportEntriesDocument, ImportFieldsDocument, ImportPreviewDocument, ImportProblemsDocument, type ImportRecordFragment } from './import.gen';
import { ImportListDocument, KeptMappingsDocument } from './list.gen';
import type { ImportSearch } from './search';

export const PAGE_SIZE = 50;
export const PREVIEW_ROWS = 6;

export const importListQuery = ({ after, before }: ImportSearch) => operation(ImportListDocument, before === undefined
  ? compact({ first: PAGE_SIZE, after })
  : { last: PAGE_SIZE, before });

export const keptMappingsQuery = operation(KeptMappingsDocument, {});

/** Whether the server is at work on the import, so that asking again soon will show something new. */
export function isUnderWay({ state }: Pick<ImportRecordFragment, 'state'>): boolean {
  return state === 'CHECKING' || state === 'ACCEPTING' || state === 'UNDOING';
}

export const importQuery = (id: string) => operation(ImportByIdDocument, { id });

export const importFieldsQuery = (register: Register) => ({
  ...operation(ImportFieldsDocument, { register }),
  staleTime: 3_600_000,
});

export const importPreviewQuery = (id: string, register: Register, version: number) =>
  operation(ImportPreviewDocument, { id, register, rows: PREVIEW_ROWS }, version);

// After another check the problems are others, and so are the cases after acceptance: the version tells.

export const importProblemsQuery = (id: string, version: number, severity: ImportSeverity | undefined, after: string | undefined) =>
  operation(ImportProblemsDocument, compact({ id, severities: severity && [severity], first: PAGE_SIZE, after }), version);

export const importEntriesQuery = (id: string, version: number, action: ImportAction | undefined, after: string | undefined) =>
  operation(ImportEntriesDocument, compact({ id, actions: action && [action], first: PAGE_SIZE, after }), version);
