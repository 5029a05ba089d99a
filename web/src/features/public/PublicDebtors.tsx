import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useI18n } from '../../i18n';
import { TextField } from '../../ui/fields';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { Pager } from '../../ui/table';
import { type PublicSearch, publicDebtorsQuery } from './queries';
import type { PublicDebtorsQuery } from './public.gen';

/** What the law makes public about debtors without means, and nothing else. */
export function PublicDebtors({ search, onChange }: {
  readonly search: PublicSearch;
  readonly onChange: (search: PublicSearch) => void;
}) {
  const { t, integer } = useI18n();
  const query = useQuery({ ...publicDebtorsQuery(search), placeholderData: keepPreviousData });
  return (
    <section aria-labelledby="public-debtors">
      <h2 id="public-debtors" className="section-title">{t('public.title')}</h2>
      <p className="soft prose">{t('public.law')}</p>
      <search className="card filters no-print" aria-label={t('public.search')}>
        <TextField label={t('public.search')} placeholder={t('public.searchHint')} value={search.q} onChange={(q) => onChange({ q })} />
      </search>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={10} /></div>}>
        {({ publicDebtors: { nodes, pageInfo } }) => (
          <>
            {nodes.length === 0 ? <EmptyState title={search.q ? t('public.none') : t('public.empty')} /> : (
              <ul className="cards wide" aria-busy={query.isPlaceholderData}>
                {nodes.map((debtor) => <Debtor key={`${debtor.decision} ${debtor.name}`} debtor={debtor} />)}
              </ul>
            )}
            <Pager
              onFirst={search.after === undefined ? undefined : () => onChange({ q: search.q })}
              onPrevious={undefined}
              onNext={pageInfo.hasNextPage && pageInfo.endCursor !== null ? () => onChange({ q: search.q, after: pageInfo.endCursor ?? undefined }) : undefined}
            >
              {t('public.count', { n: integer(nodes.length) })}
            </Pager>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Debtor({ debtor }: { readonly debtor: PublicDebtorsQuery['publicDebtors']['nodes'][number] }) {
  const { t } = useI18n();
  return (
    <li className="card">
      <h3>{debtor.name}</h3>
      <p>{debtor.address}</p>
      <dl className="facts small">
        <div><dt>{t('public.obligation')}</dt><dd>{debtor.obligations.join('; ')}</dd></div>
        <div><dt>{t('case.judgment')}</dt><dd>{debtor.judgment}</dd></div>
        <div><dt>{t('case.decision')}</dt><dd>{debtor.decision}</dd></div>
        <div><dt>{t('public.reason')}</dt><dd>{debtor.reason}</dd></div>
        <div><dt>{t('public.unit')}</dt><dd>{debtor.unit}</dd></div>
      </dl>
    </li>
  );
}
