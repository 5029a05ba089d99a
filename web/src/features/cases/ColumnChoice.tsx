import { useId } from 'react';
import { useI18n } from '../../i18n';
import { columnHeading } from './CaseTable';
import { COLUMNS, type Column, DEFAULT_COLUMNS } from './search';

/** Which columns the table has. The number of the decision is always the first. */
export function ColumnChoice({ columns, onChange }: {
  readonly columns: readonly Column[];
  readonly onChange: (columns: readonly Column[]) => void;
}) {
  const { t } = useI18n();
  const id = useId();
  const toggle = (column: Column) => {
    const next = COLUMNS.filter((c) => (c === column ? !columns.includes(c) : columns.includes(c)));
    if (next.length > 0) onChange(next);
  };
  return (
    <div className="menu">
      <button type="button" className="button" popoverTarget={id}>{t('cases.columns')}</button>
      <dialog id={id} popover="auto" className="float" aria-label={t('cases.columns')}>
        <fieldset>
          <legend className="visually-hidden">{t('cases.columns')}</legend>
          {COLUMNS.map((column) => (
            <label key={column} className="check">
              <input type="checkbox" checked={columns.includes(column)} onChange={() => toggle(column)} />
              {t(columnHeading(column))}
            </label>
          ))}
        </fieldset>
        <button type="button" className="button" onClick={() => onChange(DEFAULT_COLUMNS)}>{t('cases.columnsReset')}</button>
      </dialog>
    </div>
  );
}
