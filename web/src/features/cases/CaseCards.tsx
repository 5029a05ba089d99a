import { useI18n } from '../../i18n';
import { formatDate } from '../../lib/format';
import { CaseStateBadge } from '../../ui/CaseStateBadge';
import { CaseNumber, outstanding } from './CaseTable';
import type { CaseRowFragment } from './list.gen';

/** The list on a phone: one case below the other, what one looks for first on top. */
export function CaseCards({ nodes, busy }: { readonly nodes: readonly CaseRowFragment[]; readonly busy: boolean }) {
  const { t, dongShort } = useI18n();
  return (
    <ul className={busy ? 'cards refreshing' : 'cards'} aria-busy={busy} aria-label={t('cases.title')}>
      {nodes.map((row) => (
        <li key={row.id} className="card">
          <div className="row between"><strong><CaseNumber row={row} /></strong><CaseStateBadge state={row.state} /></div>
          <p>{row.debtorName}</p>
          {row.creditorName ? <p className="small soft">{t('cases.forCreditor', { name: row.creditorName })}</p> : null}
          <p className="row between">
            <span className="small soft">{row.unit.shortName} · {t('cases.openedOn', { date: formatDate(row.openedOn) })}</span>
            <span className="num">{t('cases.stillDue', { amount: dongShort(outstanding(row)) })}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}
