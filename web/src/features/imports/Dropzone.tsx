import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type DragEvent, useEffect, useId, useRef, useState } from 'react';
import { act, newKey } from '../../graphql/act';
import { useI18n } from '../../i18n';
import { formatDecimal } from '../../lib/format';
import { Icon } from '../../ui/icons';
import { Refusal } from '../../ui/Refusal';
import { ImportStartDocument } from './list.gen';
import { MAX_BYTES, upload } from './upload';

/** Takes one file, by dropping or choosing it, sends it and opens the import that it begins. */
export function Dropzone() {
  const { t, language } = useI18n();
  const id = useId();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState(0);
  const [file, setFile] = useState<File>();
  const leaving = useRef<AbortController>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);

  const begin = useMutation({
    mutationFn: async (chosen: File) => {
      const controller = new AbortController();
      leaving.current = controller;
      const uploaded = await upload(chosen, setSent, controller.signal);
      return act(ImportStartDocument, { input: { upload: uploaded, idempotencyKey: newKey() } });
    },
    onSuccess: ({ import: begun }) => {
      if (begun) void navigate({ to: '/imports/$id', params: { id: begun.id } });
    },
  });

  const take = (files: FileList | null) => {
    const [chosen] = files ?? [];
    if (!chosen || begin.isPending) return;
    setFile(chosen);
    setSent(0);
    if (chosen.size <= MAX_BYTES) begin.mutate(chosen);
  };
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === 'dragover');
  };
  const tooLarge = file !== undefined && file.size > MAX_BYTES;
  return (
    <div
      className={over ? 'dropzone over' : 'dropzone'} onDragOver={drag} onDragLeave={drag}
      onDrop={(event) => { drag(event); take(event.dataTransfer.files); }}
    >
      <Icon name="upload" />
      <p><label htmlFor={id}>{t('imports.drop')}</label></p>
      <input
        ref={input} id={id} type="file" className="visually-hidden" accept=".xlsx,.csv,text/csv"
        onChange={(event) => { take(event.target.files); event.target.value = ''; }}
      />
      <button type="button" className="button primary" disabled={begin.isPending} onClick={() => input.current?.click()}>
        {t('imports.choose')}
      </button>
      <p className="small soft">{t('imports.dropHint')}</p>
      {begin.isPending && file ? (
        <div className="stack" role="status">
          <span>{sent < 1 ? t('imports.sending', { file: file.name }) : t('imports.reading', { file: file.name })}</span>
          <progress max={1} value={sent} aria-label={t('imports.sending', { file: file.name })} />
        </div>
      ) : null}
      {tooLarge && file ? (
        <p className="notice bad" role="alert">
          <Icon name="warning" />
          {t('imports.tooLarge', { file: file.name, size: formatDecimal(file.size / 1024 / 1024, language, 1), most: String(MAX_BYTES / 1024 / 1024) })}
        </p>
      ) : null}
      {begin.error && !tooLarge ? <Refusal error={begin.error} what={file?.name} /> : null}
    </div>
  );
}
