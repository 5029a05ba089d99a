import { useId, useState } from 'react';
import { useI18n } from '../i18n';

/** A password, which may be looked at while it is typed. What it is for tells the browser which one to fill in. */
export function PasswordField({ label, hint, value, autoComplete, required = true, onChange }: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly autoComplete: 'current-password' | 'new-password';
  readonly required?: boolean;
  readonly onChange: (value: string) => void;
}) {
  const { t } = useI18n();
  const id = useId();
  const [shown, setShown] = useState(false);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <span className="secret">
        <input
          id={id} className="input" type={shown ? 'text' : 'password'} autoComplete={autoComplete} required={required} maxLength={400}
          autoCapitalize="none" autoCorrect="off" spellCheck={false} aria-describedby={hint ? `${id}-note` : undefined}
          value={value} onChange={(event) => onChange(event.target.value)}
        />
        <button type="button" className="button" aria-pressed={shown} aria-controls={id} aria-label={`${t('field.show')}: ${label}`} onClick={() => setShown(!shown)}>
          {shown ? t('field.hide') : t('field.show')}
        </button>
      </span>
      {hint ? <span className="hint" id={`${id}-note`}>{hint}</span> : null}
    </div>
  );
}
