// Secrets that the server shows once: they live in the page alone and are gone with it.
import { useId, useRef, useState } from 'react';
import { useI18n } from '../../i18n';
import { Icon } from '../../ui/icons';

function CopyButton({ text, onFailure }: { readonly text: string; readonly onFailure: () => void }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Where the clipboard is forbidden, the text is selected for the keys of the device.
      onFailure();
    }
  }
  return (
    <>
      <button type="button" className="button" onClick={() => void copy()}>{t('once.copy')}</button>
      <span role="status" className="small soft">{copied ? t('once.copied') : null}</span>
    </>
  );
}

/** One secret in a field that can be read and copied but not changed. */
export function OnceShown({ label, text, note }: { readonly label: string; readonly text: string; readonly note: string }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className="notice warn once">
      <Icon name="lock" />
      <div className="stack tight">
        <label className="strong" htmlFor={id}>{label}</label>
        <input
          ref={field} id={id} className="input mono" readOnly value={text} aria-describedby={`${id}-note`} onFocus={(event) => event.target.select()}
        />
        <div className="row"><CopyButton text={text} onFailure={() => field.current?.select()} /></div>
        <p id={`${id}-note`} className="small">{note}</p>
      </div>
    </div>
  );
}

/** The recovery codes: to be copied, printed or kept as a file. */
export function RecoveryCodes({ codes, account }: { readonly codes: readonly string[]; readonly account: string }) {
  const { t } = useI18n();
  const list = useRef<HTMLOListElement>(null);
  const text = codes.join('\n');

  function download() {
    const address = URL.createObjectURL(new Blob([`${t('once.codesFor', { account })}\r\n${codes.join('\r\n')}\r\n`], { type: 'text/plain;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = `thads-${account}.txt`;
    link.click();
    URL.revokeObjectURL(address);
  }

  return (
    <section className="notice warn once only-print" aria-label={t('once.codes')}>
      <Icon name="lock" />
      <div className="stack tight">
        <p className="strong">{t('once.codesFor', { account })}</p>
        <ol ref={list} className="codes mono">{codes.map((code) => <li key={code}>{code}</li>)}</ol>
        <div className="row">
          <CopyButton text={text} onFailure={() => { if (list.current) getSelection()?.selectAllChildren(list.current); }} />
          <button type="button" className="button" onClick={() => print()}>{t('once.print')}</button>
          <button type="button" className="button" onClick={download}>{t('once.download')}</button>
        </div>
        <p className="small">{t('once.codesNote')}</p>
      </div>
    </section>
  );
}
