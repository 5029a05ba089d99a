import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { DisclosureKind } from '../../graphql/schema.gen';
import { useRights } from '../../graphql/session';
import { useI18n } from '../../i18n';
import '../../i18n/vi.people';
import { formatTime } from '../../lib/format';
import { compact } from '../../lib/search';
import { Badge, type Tone } from '../../ui/Badge';
import { DateField, SelectField } from '../../ui/fields';
import { Icon, type IconName } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { Pager, TableRegion } from '../../ui/table';
import type { DisclosuresQuery } from './disclosures.gen';
import { disclosuresQuery } from './queries';
import type { DisclosureSearch } from './search';

type Row = DisclosuresQuery['disclosures']['nodes'][number];

const LOOK: Readonly<Record<DisclosureKind, readonly [Tone, IconName]>> = {
  UNMASKING: ['warn', 'lock'], LOOKUP: ['info', 'search'], EXPORT: ['info', 'download'], ERASURE: ['bad', 'close'],
};

/** Who saw which masked data and who took which registers out. */
export function DisclosureList() {
  const { t, integer } = useI18n();
  const search = useSearch({ from: '/disclosures' });
  const navigate = useNavigate({ from: '/disclosures' });
  const query = useQuery({ ...disclosuresQuery(search), placeholderData: keepPreviousData });
  const { after: _after, before: _before, ...filter } = search;
  const show = (next: DisclosureSearch) => void navigate({ search: compact(next) });
  const by = query.data?.disclosures.nodes.find((row) => row.by === search.by)?.byName;
  return (
    <>
      <PageHead title={t('room.disclosures')} sub={t('disclosures.sub')} />
      <search className="filters" aria-label={t('people.filters')}>
        <div className="filter-grid">
          <SelectField
            label={t('disclosures.kind')} all={t('disclosures.anyKind')} value={search.kind}
            options={DisclosureKind.map((kind) => ({ value: kind, label: t(`disclosureKind.${kind}`) }))} onChange={(kind) => show({ ...filter, kind })}
          />
          <DateField label={t('disclosures.from')} value={search.from} onChange={(from) => show({ ...filter, from })} />
          <DateField label={t('disclosures.to')} value={search.to} onChange={(to) => show({ ...filter, to })} />
        </div>
        <div className="row chips">
          {search.by === undefined ? null : (
            <button type="button" className="chip" onClick={() => show({ ...filter, by: undefined })}>{t('disclosures.ofPerson', { name: by ?? search.by })}<Icon name="close" /></button>
          )}
          {search.case === undefined ? null : (
            <button type="button" className="chip" onClick={() => show({ ...filter, case: undefined })}>{t('disclosures.ofCase')}<Icon name="close" /></button>
          )}
        </div>
      </search>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={8} /></div>}>
        {({ disclosures: { nodes, totalCount, pageInfo } }) => (nodes.length === 0 ? <EmptyState title={t('disclosures.none')} /> : (
          <>
            <Table nodes={nodes} busy={query.isPlaceholderData} filter={filter} onFilter={show} />
            <Pager
              onFirst={search.after === undefined && search.before === undefined ? undefined : () => show(filter)}
              onPrevious={pageInfo.hasPreviousPage && pageInfo.startCursor !== null ? () => show({ ...filter, before: pageInfo.startCursor ?? undefined }) : undefined}
              onNext={pageInfo.hasNextPage && pageInfo.endCursor !== null ? () => show({ ...filter, after: pageInfo.endCursor ?? undefined }) : undefined}
            >
              {t('disclosures.count', { n: integer(nodes.length), all: integer(totalCount) })}
            </Pager>
          </>
        ))}
      </Loaded>
    </>
  );
}

function Table({ nodes, busy, filter, onFilter }: {
  readonly nodes: readonly Row[];
  readonly busy: boolean;
  readonly filter: DisclosureSearch;
  readonly onFilter: (search: DisclosureSearch) => void;
}) {
  const { t } = useI18n();
  const reads = useRights().includes('READ');
  return (
    <TableRegion label={t('disclosures.title')} busy={busy}>
      <thead>
        <tr>
          <th scope="col">{t('disclosures.at')}</th>
          <th scope="col">{t('disclosures.by')}</th>
          <th scope="col">{t('disclosures.kind')}</th>
          <th scope="col">{t('disclosures.what')}</th>
          <th scope="col">{t('disclosures.why')}</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((row) => (
          <tr key={row.id}>
            <td className="num">{formatTime(row.at)}{row.requestId === null ? null : <span className="block small soft cell">{row.requestId}</span>}</td>
            <th scope="row">
              <button type="button" className="link" aria-label={t('disclosures.onlyOf', { name: row.byName })} onClick={() => onFilter({ ...filter, by: row.by })}>{row.byName}</button>
            </th>
            <td><Badge tone={LOOK[row.kind][0]} icon={LOOK[row.kind][1]}>{t(`disclosureKind.${row.kind}`)}</Badge></td>
            <td className="cell">
              {row.data.map((data) => t(`personalData.${data}`)).join(', ')}
              {row.export === null ? null : <span className="block">{row.export}</span>}
              {row.case !== null && reads ? <span className="block small"><Link to="/cases/$id" params={{ id: row.case }}>{t('disclosures.case')}</Link></span> : null}
            </td>
            <td className="cell">
              {row.purpose === null ? null : <span className="block strong">{t(`purpose.${row.purpose}`)}</span>}
              {row.reason}
            </td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
