import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { CaseState } from '../../graphql/schema.gen';
import { useRights } from '../../graphql/session';
import { useI18n } from '../../i18n';
import { formatDate, formatTime } from '../../lib/format';
import { CaseStateBadge } from '../../ui/CaseStateBadge';
import { PageHead } from '../../ui/Page';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { UnitField } from '../../ui/UnitField';
import type { OverviewQuery } from './overview.gen';
import { overviewQuery } from './queries';

type Summary = OverviewQuery['summary'];

export function Overview() {
  const { t } = useI18n();
  const search = useSearch({ from: '/' });
  const navigate = useNavigate({ from: '/' });
  const query = useQuery(overviewQuery(search.unit, useRights()));
  const summary = query.data?.summary;
  return (
    <>
      <PageHead
        title={t('room.overview')}
        sub={summary ? t('overview.sub', { unit: summary.unit.name, date: formatDate(summary.asOf) }) : t('state.loading')}
      >
        <UnitField
          label={t('overview.unit')} all={t('overview.ownUnit')} value={search.unit}
          onChange={(unit) => void navigate({ search: { unit } })}
        />
      </PageHead>
      <Loaded query={query} skeleton={<OverviewSkeleton />}>
        {(data) => (
          <>
            <Figures summary={data.summary} />
            <div className="two-columns">
              <ByState summary={data.summary} />
              {data.summary.latest ? <Latest latest={data.summary.latest} /> : null}
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

function OverviewSkeleton() {
  return (
    <>
      <div className="tiles">{['cases', 'verdicts', 'directed', 'tasks'].map((name) => <div key={name} className="tile"><Skeleton lines={2} /></div>)}</div>
      <div className="two-columns"><div className="card"><Skeleton lines={10} /></div><div className="card"><Skeleton lines={10} /></div></div>
    </>
  );
}

/** A count that opens its list, for those who may open one. */
function Count({ value, search }: { readonly value: number; readonly search: { readonly unit: string; readonly live?: 'yes'; readonly state?: readonly CaseState[] } }) {
  const { integer } = useI18n();
  return useRights().includes('READ') ? <Link to="/cases" search={search}>{integer(value)}</Link> : <>{integer(value)}</>;
}

function Figures({ summary }: { readonly summary: Summary }) {
  const { t, integer } = useI18n();
  return (
    <dl className="tiles">
      <Tile term={t('overview.live')}>
        <Count value={summary.liveCases} search={{ unit: summary.unit.id, live: 'yes' }} />
      </Tile>
      <Tile term={t('overview.verdicts')}>{integer(summary.openVerdicts)}</Tile>
      {summary.openDirectedCases === undefined ? null : <Tile term={t('overview.directed')}>{integer(summary.openDirectedCases)}</Tile>}
      {summary.openTasks === undefined ? null : <Tile term={t('overview.tasks')}>{integer(summary.openTasks)}</Tile>}
    </dl>
  );
}

function Tile({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return <div className="tile"><dt>{term}</dt><dd className="num">{children}</dd></div>;
}

/** How many cases are in each state; every count opens its list. The bars only help the eye. */
function ByState({ summary }: { readonly summary: Summary }) {
  const { t, integer, percent } = useI18n();
  const sum = summary.cases.reduce((total, { count }) => total + count, 0);
  // Always in the order of a case's life, so that the eye finds a state in the same place each day.
  const rows = summary.cases.toSorted((a, b) => CaseState.indexOf(a.state) - CaseState.indexOf(b.state));
  const most = Math.max(1, ...summary.cases.map(({ count }) => count));
  return (
    <section className="card" aria-labelledby="by-state">
      <h2 id="by-state">{t('overview.byState')}</h2>
      {sum === 0 ? <EmptyState title={t('overview.noCases')} /> : (
        <table className="table bars">
          <thead>
            <tr>
              <th scope="col">{t('cases.column.state')}</th>
              <th scope="col" className="right">{t('overview.count')}</th>
              <th scope="col" className="right share-of">{t('overview.share')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ state, count }) => (
              <tr key={state}>
                <th scope="row">
                  <CaseStateBadge state={state} />
                  <span className="bar" aria-hidden="true"><span style={{ width: `${(count / most) * 100}%` }} /></span>
                </th>
                <td className="right num"><Count value={count} search={{ unit: summary.unit.id, state: [state] }} /></td>
                <td className="right num share-of">{percent((count / sum) * 100)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot><tr><th scope="row">{t('money.sum')}</th><td className="right num">{integer(sum)}</td><td className="right num share-of">{percent(100)}</td></tr></tfoot>
        </table>
      )}
    </section>
  );
}

function Latest({ latest }: { readonly latest: NonNullable<Summary['latest']> }) {
  const { t } = useI18n();
  return (
    <section className="card" aria-labelledby="latest">
      <h2 id="latest">{t('overview.latest')}</h2>
      {latest.length === 0 ? <EmptyState title={t('overview.noChanges')} /> : (
        <ul className="latest">
          {latest.map((row) => (
            <li key={row.id}>
              <div className="row between">
                <Link to="/cases/$id" params={{ id: row.id }} className="strong">
                  {row.decision?.number ?? t('cases.undecided', { judgment: row.judgment.number })}
                </Link>
                <CaseStateBadge state={row.state} />
              </div>
              <div>{t(`caseEventKind.${row.lastEvent.kind}`)} <span className="soft num">({formatDate(row.lastEvent.effectiveOn)})</span></div>
              <div className="small soft">{row.debtorName} · {row.unit.shortName} · {t('case.recordedAt', { time: formatTime(row.updatedAt) })}</div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
