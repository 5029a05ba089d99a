import { useMutation, useQueryClient } from '@tanstack/react-query';
import { act, newKey } from '../../graphql/act';
import type { ImportAcceptMode } from '../../graphql/schema.gen';
import {
  ImportAcceptDocument, type ImportByIdQuery, ImportCancelDocument, type ImportReadingInput, type ImportRecordFragment, ImportSetMappingDocument, ImportUndoDocument,
} from './import.gen';
import { importListQuery, importQuery } from './queries';

/** The mutations of an import: what they answer takes the place of what was read before. */
export function useImportActions({ id, version }: Pick<ImportRecordFragment, 'id' | 'version'>) {
  const client = useQueryClient();
  const onSuccess = ({ import: record }: { readonly import: ImportRecordFragment | null }) => {
    if (record) client.setQueryData(importQuery(id).queryKey, { import: record } satisfies ImportByIdQuery);
    void client.invalidateQueries({ queryKey: [importListQuery({}).queryKey[0]] });
  };
  const accept = useMutation({
    mutationFn: (mode: ImportAcceptMode) => act(ImportAcceptDocument, { input: { id, version, mode, idempotencyKey: newKey() } }),
    onSuccess,
  });
  const cancel = useMutation({
    mutationFn: () => act(ImportCancelDocument, { input: { id, version, idempotencyKey: newKey() } }),
    onSuccess,
  });
  const undo = useMutation({
    mutationFn: (reason: string) => act(ImportUndoDocument, { input: { id, version, reason, idempotencyKey: newKey() } }),
    onSuccess,
  });
  const map = useMutation({
    mutationFn: ({ reading, keep }: { readonly reading: ImportReadingInput; readonly keep: boolean }) =>
      act(ImportSetMappingDocument, { input: { id, version, reading, keep, idempotencyKey: newKey() } }),
    onSuccess,
  });
  return { accept, cancel, undo, map };
}
