import { type Ref, useId } from 'react';

/** A one-time code: six digits of an app, which the device may offer by itself. */
export function CodeField({ label, hint, value, digits = true, ref, onChange }: {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  /** False where it may be a recovery code, which has letters. */
  readonly digits?: boolean;
  readonly ref?: Ref<HTMLInputElement>;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={ref} id={id} className="input code" type="text" required autoComplete={digits ? 'one-time-code' : 'off'} inputMode={digits ? 'numeric' : 'text'}
        autoCapitalize="none" autoCorrect="off" spellCheck={false} maxLength={40} aria-describedby={hint ? `${id}-note` : undefined}
        value={value} onChange={(event) => onChange(event.target.value)}
      />
      {hint ? <span className="hint" id={`${id}-note`}>{hint}</span> : null}
    </div>
  );
}
