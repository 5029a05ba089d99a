// Native controls with their label, hint and problem. What is typed stays as typed until it can be read; only what
// could be read is handed on, as ISO dates and whole đồng.
import { type ReactNode, useId, useState } from 'react';
import { useI18n } from '../i18n';
import { formatDate, parseDate, parseDong } from '../lib/format';

interface Labelled {
  readonly label: string;
  readonly hint?: string;
}

function Field({ id, label, hint, problem, children }: Labelled & {
  readonly id: string;
  readonly problem?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {problem ? <span className="problem" id={`${id}-note`} role="alert">{problem}</span> : null}
      {!problem && hint ? <span className="hint" id={`${id}-note`}>{hint}</span> : null}
    </div>
  );
}

/**
 * A text field whose text stands for a value. It reports on leaving the field and on Enter, not on every key, and
 * takes up a value that changes from outside (a cleared filter, the Back button) without losing what is being typed.
 */
function ParsedField<Value>({ label, hint, value, onChange, read, write, problem, inputMode, placeholder }: Labelled & {
  readonly value: Value | undefined;
  readonly onChange: (value: Value | undefined) => void;
  readonly read: (text: string) => Value | undefined;
  readonly write: (value: Value) => string;
  readonly problem: string;
  readonly inputMode: 'numeric' | 'text';
  readonly placeholder?: string;
}) {
  const id = useId();
  const shown = value === undefined ? '' : write(value);
  const [draft, setDraft] = useState<{ readonly of: string; readonly text: string }>({ of: shown, text: shown });
  const text = draft.of === shown ? draft.text : shown;
  const [wrong, setWrong] = useState(false);
  const bad = wrong && text.trim() !== '' && read(text) === undefined;

  function commit() {
    if (text.trim() === '') {
      setWrong(false);
      if (value !== undefined) onChange(undefined);
      return;
    }
    const next = read(text);
    setWrong(next === undefined);
    if (next === undefined) return;
    setDraft({ of: shown, text: write(next) });
    if (next !== value) onChange(next);
  }

  return (
    <Field id={id} label={label} {...(hint ? { hint } : {})} problem={bad ? problem : undefined}>
      <input
        id={id} className="input" type="text" autoComplete="off" inputMode={inputMode} placeholder={placeholder}
        value={text} aria-invalid={bad} aria-describedby={bad || hint ? `${id}-note` : undefined}
        onChange={(event) => setDraft({ of: shown, text: event.target.value })}
        onBlur={commit}
        onKeyDown={(event) => { if (event.key === 'Enter') commit(); }}
      />
    </Field>
  );
}

/** A civil date, typed and shown as dd/MM/yyyy whatever the language of the browser, which type="date" would not do. */
export function DateField({ label, hint, value, onChange }: Labelled & {
  readonly value: string | undefined;
  readonly onChange: (iso: string | undefined) => void;
}) {
  const { t } = useI18n();
  return (
    <ParsedField
      label={label} {...(hint ? { hint } : {})} value={value} onChange={onChange} read={parseDate} write={formatDate}
      problem={t('field.dateProblem')} inputMode="numeric" placeholder={t('field.datePattern')}
    />
  );
}

/** An amount in đồng; "12,5 triệu" and "2 tỷ" may be typed. */
export function DongField({ label, hint, value, onChange }: Labelled & {
  readonly value: number | undefined;
  readonly onChange: (dong: number | undefined) => void;
}) {
  const { t, dong } = useI18n();
  return (
    <ParsedField
      label={label} {...(hint ? { hint } : {})} value={value} onChange={onChange} read={parseDong} write={dong}
      problem={t('field.dongProblem')} inputMode="text"
    />
  );
}

/** A text that is handed on when the field is left or Enter is pressed. */
export function TextField({ label, hint, value, onChange, placeholder }: Labelled & {
  readonly value: string | undefined;
  readonly onChange: (text: string | undefined) => void;
  readonly placeholder?: string;
}) {
  return (
    <ParsedField
      label={label} {...(hint ? { hint } : {})} value={value} onChange={onChange} problem="" inputMode="text"
      read={(text) => text.trim().replace(/\s+/g, ' ').normalize('NFC')} write={(text) => text}
      {...(placeholder ? { placeholder } : {})}
    />
  );
}

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

/** One of several, or all of them: a native select whose first option is "all". */
export function SelectField<Value extends string>({ label, hint, value, options, all, onChange }: Labelled & {
  readonly value: Value | undefined;
  readonly options: readonly Option<Value>[];
  readonly all: string;
  readonly onChange: (value: Value | undefined) => void;
}) {
  const id = useId();
  return (
    <Field id={id} label={label} {...(hint ? { hint } : {})}>
      <select
        id={id} className="select" value={value ?? ''}
        onChange={(event) => onChange(options.find((option) => option.value === event.target.value)?.value)}
      >
        <option value="">{all}</option>
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
    </Field>
  );
}

/** Any number of a closed set: a native disclosure with checkboxes, because a multiple select needs the Ctrl key. */
export function MultiField<Value extends string>({ label, all, value, options, onChange }: {
  readonly label: string;
  readonly all: string;
  readonly value: readonly Value[];
  readonly options: readonly Option<Value>[];
  readonly onChange: (value: readonly Value[]) => void;
}) {
  const id = useId();
  const chosen = options.filter((option) => value.includes(option.value));
  const text = chosen.length === 0 ? all : chosen.map((option) => option.label).join(', ');
  return (
    <div className="field multi">
      <span className="label" id={`${id}-label`}>{label}</span>
      <button type="button" className="select" popoverTarget={id} aria-labelledby={`${id}-label ${id}-text`}>
        <span id={`${id}-text`}>{text}</span>
      </button>
      <dialog id={id} popover="auto" className="float" aria-labelledby={`${id}-label`}>
        {options.map((option) => (
          <label key={option.value} className="check">
            <input
              type="checkbox" checked={value.includes(option.value)}
              onChange={(event) => onChange(options
                .filter((o) => (o.value === option.value ? event.target.checked : value.includes(o.value)))
                .map((o) => o.value))}
            />
            {option.label}
          </label>
        ))}
      </dialog>
    </div>
  );
}
