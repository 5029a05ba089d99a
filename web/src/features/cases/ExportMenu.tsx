import { useId } from 'react';
import type { Purpose } from '../../graphql/schema.gen';
import { useSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import { Icon } from '../../ui/icons';
import { LONGEST_REASON, SHORTEST_REASON } from './Reveal';
import { type CaseSearch, orderOf, toFilter } from './search';

/** What the server is told of the cases that a list shows, in its order. */
function parametersOf(search: CaseSearch): URLSearchParams {
  const { field, direction } = orderOf(search);
  const filter = JSON.stringify(toFilter(search));
  const parameters = new URLSearchParams({ orderBy: field, direction });
  if (filter !== '{}') parameters.set('filter', filter);
  return parameters;
}

/** The address of a file with the cases that a list shows, in its order. */
export function exportAddress(file: 'cases.xlsx' | 'cases.csv' | 'case-events.csv', search: CaseSearch): string {
  return `/exports/${file}?${parametersOf(search)}`;
}

/** Hands the list out as a file. */
export function ExportMenu({ search }: { readonly search: CaseSearch }) {
  const { t } = useI18n();
  const id = useId();
  const me = useSession().data?.me;
  return (
    <div className="menu">
      <button type="button" className="button" popoverTarget={id}><Icon name="download" />{t('export.cases')}</button>
      <dialog id={id} popover="auto" className="float" aria-label={t('export.cases')}>
        <div className="stack">
          <p className="small soft">{t('export.casesHint')}</p>
          <a className="button" href={exportAddress('cases.xlsx', search)} download>{t('export.xlsx')}</a>
          <a className="button" href={exportAddress('cases.csv', search)} download>{t('export.csv')}</a>
          <a className="button" href={exportAddress('case-events.csv', search)} download>{t('export.csvEvents')}</a>
          {me?.rights.includes('UNMASK') && me.purposes.length > 0 ? <WithNumbers search={search} purposes={me.purposes} /> : null}
        </div>
      </dialog>
    </div>
  );
}

/** The same with the sealed numbers, for a purpose and a reason. A form of the page's own: its answer is the file. */
function WithNumbers({ search, purposes }: { readonly search: CaseSearch; readonly purposes: readonly Purpose[] }) {
  const { t } = useI18n();
  const id = useId();
  return (
    <details className="more">
      <summary>{t('export.numbers')}</summary>
      <form method="get" action="/exports/cases.xlsx" className="stack">
        {[...parametersOf(search), ['numbers', 'true'] as const].map(([name, value]) => <input key={name} type="hidden" name={name} value={value} />)}
        <div className="field">
          <label htmlFor={`${id}-purpose`}>{t('reveal.purpose')}</label>
          <select id={`${id}-purpose`} className="select" name="purpose" required defaultValue={purposes.length === 1 ? purposes[0] : ''}>
            {purposes.length === 1 ? null : <option value="">{t('reveal.choose')}</option>}
            {purposes.map((purpose) => <option key={purpose} value={purpose}>{t(`purpose.${purpose}`)}</option>)}
          </select>
        </div>
        <div className="field">
          <label htmlFor={`${id}-reason`}>{t('reveal.reason')}</label>
          <input id={`${id}-reason`} className="input" type="text" name="reason" required minLength={SHORTEST_REASON} maxLength={LONGEST_REASON} autoComplete="off" aria-describedby={`${id}-hint`} />
          <span id={`${id}-hint`} className="hint">{t('export.numbersHint')}</span>
        </div>
        <button type="submit" className="button">{t('export.numbersXlsx')}</button>
        <button type="submit" className="button" formAction="/exports/cases.csv">{t('export.numbersCsv')}</button>
      </form>
    </details>
  );
}
