import { type ReactNode, useId, useRef } from 'react';
import { useI18n } from '../i18n';

/** A button that asks before it does something, in a native dialog. What has to be said about it goes into the dialog. */
export function ConfirmButton({ label, name, title, text, disabled = false, onConfirm, children }: {
  readonly label: string;
  /** What a screen reader hears instead, where several buttons have the same label. */
  readonly name?: string;
  readonly title: string;
  readonly text?: string;
  readonly disabled?: boolean;
  readonly onConfirm: () => void;
  readonly children?: ReactNode;
}) {
  const { t } = useI18n();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button type="button" className="button" aria-label={name} disabled={disabled} onClick={() => dialog.current?.showModal()}>{label}</button>
      <dialog ref={dialog} className="dialog" aria-labelledby={id}>
        <form method="dialog" className="stack" onSubmit={onConfirm}>
          <h2 id={id}>{title}</h2>
          {text ? <p className="soft">{text}</p> : null}
          {children}
          <div className="row">
            <button type="submit" className="button primary">{label}</button>
            <button type="button" className="button" onClick={() => dialog.current?.close()}>{t('action.cancel')}</button>
          </div>
        </form>
      </dialog>
    </>
  );
}
