import { useId, useRef, useState } from 'react';
import { useI18n } from '../../i18n';

/** Asks for the reason before anything is taken back: it is recorded with every event that is voided. */
export function UndoButton({ cases, pending, onUndo }: {
  readonly cases: number;
  readonly pending: boolean;
  readonly onUndo: (reason: string) => void;
}) {
  const { t, integer } = useI18n();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  return (
    <>
      <button type="button" className="button" disabled={pending} onClick={() => dialog.current?.showModal()}>{t('import.undo')}</button>
      <dialog ref={dialog} className="dialog" aria-labelledby={`${id}-title`}>
        <form
          method="dialog" className="stack"
          onSubmit={() => onUndo(reason.trim())}
        >
          <h2 id={`${id}-title`}>{t('import.undoTitle', { n: integer(cases) })}</h2>
          <p className="soft">{t('import.undoText')}</p>
          <div className="field">
            <label htmlFor={id}>{t('import.undoReason')}</label>
            <textarea id={id} className="input text" rows={3} required maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
          </div>
          <div className="row">
            <button type="submit" className="button primary" disabled={reason.trim() === ''}>{t('import.undo')}</button>
            <button type="button" className="button" onClick={() => dialog.current?.close()}>{t('import.keep')}</button>
          </div>
        </form>
      </dialog>
    </>
  );
}
