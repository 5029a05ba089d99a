import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { ConferenceKind } from '../../graphql/schema.gen';
import { useSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import '../../i18n/vi.conferences';
import { formatDate } from '../../lib/format';
import { NARROW, useMedia } from '../../lib/media';
import { SelectField, TextField } from '../../ui/fields';
import { Icon } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { Pager, SortHeading, TableRegion } from '../../ui/table';
import { ConferenceStateBadge } from './badges';
import type { ConferenceListQuery } from './list.gen';
import { conferenceListQuery } from './queries';
import { changed, type ConferenceSearch } from './search';

type Row = ConferenceListQuery['conferences']['nodes'][number];

/** The statistical years one may choose, up to the one after this: next year's targets are set before it begins. */
function years(today: string): string[] {
  const last = Number(today.slice(0, 4)) + 1;
  return Array.from({ length: last - 2014 }, (_, index) => String(last - index));
}

export function ConferenceList() {
  const { t, integer } = useI18n();
  const search = useSearch({ from: '/conferences' });
  const navigate = useNavigate({ from: '/conferences' });
  const narrow = useMedia(NARROW);
  const session = useSession();
  const query = useQuery({ ...conferenceListQuery(search), placeholderData: keepPreviousData });
  const show = (next: ConferenceSearch) => void navigate({ search: next });
  const set = (change: Partial<ConferenceSearch>) => show(changed(search, change));
  const filtered = search.q !== undefined || search.kind !== undefined || search.year !== undefined;
  const data = query.data?.conferences;
  return (
    <>
      <PageHead title={t('room.conferences')} sub={data ? t('conferences.count', { n: integer(data.totalCount) }) : t('state.loading')}>
        {session.data?.me?.rights.includes('EXPORT') ? <a className="button" href="/exports/conferences.xlsx" download><Icon name="download" />{t('conferences.export')}</a> : null}
      </PageHead>
      <search className="card filters no-print" aria-label={t('cases.filters')}>
        <div className="filter-grid">
          <TextField label={t('conferences.filter.q')} value={search.q} onChange={(q) => set({ q })} />
          <SelectField
            label={t('conferences.kind')} all={t('cases.filter.anyKind')} value={search.kind} onChange={(kind) => set({ kind })}
            options={ConferenceKind.map((value) => ({ value, label: t(`conferenceKind.${value}`) }))}
          />
          <SelectField
            label={t('conferences.year')} all={t('conferences.anyYear')} value={search.year?.toString()}
            options={years(session.data?.system.today ?? '2025').map((value) => ({ value, label: value }))}
            onChange={(year) => set({ year: year === undefined ? undefined : Number(year) })}
          />
        </div>
      </search>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={8} /></div>}>
        {({ conferences: { nodes, pageInfo } }) => (
          <>
            {nodes.length === 0 ? <EmptyState title={filtered ? t('conferences.none') : t('conferences.noneAtAll')} /> : narrow ? (
              <ul className="cards" aria-busy={query.isPlaceholderData}>{nodes.map((row) => <Card key={row.id} row={row} />)}</ul>
            ) : (
              <Table nodes={nodes} busy={query.isPlaceholderData} ascending={search.dir === 'ASC'} onSort={() => set({ dir: search.dir === 'ASC' ? 'DESC' : 'ASC' })} />
            )}
            <Pager
              onFirst={search.after === undefined && search.before === undefined ? undefined : () => set({})}
              onPrevious={pageInfo.hasPreviousPage && pageInfo.startCursor !== null ? () => set({ before: pageInfo.startCursor ?? undefined }) : undefined}
              onNext={pageInfo.hasNextPage && pageInfo.endCursor !== null ? () => set({ after: pageInfo.endCursor ?? undefined }) : undefined}
            >
              {t('conferences.onPage', { n: integer(nodes.length) })}
            </Pager>
          </>
        )}
      </Loaded>
    </>
  );
}

function Table({ nodes, busy, ascending, onSort }: {
  readonly nodes: readonly Row[];
  readonly busy: boolean;
  readonly ascending: boolean;
  readonly onSort: () => void;
}) {
  const { t } = useI18n();
  return (
    <TableRegion label={t('room.conferences')} busy={busy}>
      <thead>
        <tr>
          <SortHeading direction={ascending ? 'ascending' : 'descending'} onSort={onSort}>{t('conferences.heldOn')}</SortHeading>
          <th scope="col">{t('conferences.title')}</th>
          <th scope="col">{t('conferences.kind')}</th>
          <th scope="col">{t('conferences.organiser')}</th>
          <th scope="col">{t('conferences.year')}</th>
          <th scope="col">{t('cases.column.state')}</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((row) => (
          <tr key={row.id}>
            <td className="num">{formatDate(row.heldOn)}</td>
            <th scope="row"><Link to="/conferences/$id" params={{ id: row.id }}>{row.title}</Link></th>
            <td>{t(`conferenceKind.${row.kind}`)}</td>
            <td>{row.organiser}</td>
            <td className="num">{row.statYear}</td>
            <td><ConferenceStateBadge state={row.state} /></td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

function Card({ row }: { readonly row: Row }) {
  const { t } = useI18n();
  return (
    <li className="card">
      <div className="row between"><span className="num soft">{formatDate(row.heldOn)}</span><ConferenceStateBadge state={row.state} /></div>
      <strong><Link to="/conferences/$id" params={{ id: row.id }}>{row.title}</Link></strong>
      <p className="small soft">{t(`conferenceKind.${row.kind}`)} · {row.organiser}</p>
    </li>
  );
}
