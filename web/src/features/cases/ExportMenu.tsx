import { useId } from 'react';
import { useI18n } from '../../i18n';
import { Icon } from '../../ui/icons';
import { type CaseSearch, orderOf, toFilter } from './search';

/** The address of a file with the cases that a list shows, in its order. */
export function exportAddress(file: 'cases.xlsx' | 'cases.csv' | 'case-events.csv', search: CaseSearch): string {
  const { field, direction } = orderOf(search);
  const filter = JSON.stringify(toFilter(search));
  const parameters = new URLSearchParams({ orderBy: field, direction });
  if (filter !== '{}') parameters.set('filter', filter);
  return `/exports/${file}?${parameters}`;
}

/** Hands the list out as a file. */
export function ExportMenu({ search }: { readonly search: CaseSearch }) {
  const { t } = useI18n();
  const id = useId();
  return (
    <div className="menu">
      <button type="button" className="button" popoverTarget={id}><Icon name="download" />{t('export.cases')}</button>
      <dialog id={id} popover="auto" className="float" aria-label={t('export.cases')}>
        <div className="stack">
          <p className="small soft">{t('export.casesHint')}</p>
          <a className="button" href={exportAddress('cases.xlsx', search)} download>{t('export.xlsx')}</a>
          <a className="button" href={exportAddress('cases.csv', search)} download>{t('export.csv')}</a>
          <a className="button" href={exportAddress('case-events.csv', search)} download>{t('export.csvEvents')}</a>
        </div>
      </dialog>
    </div>
  );
}
