import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRights } from '../../graphql/session';
import { useI18n } from '../../i18n';
import '../../i18n/vi.cases';
import { NARROW, useMedia } from '../../lib/media';
import { readSetting, writeSetting } from '../../lib/settings';
import { PageHead } from '../../ui/Page';
import { EmptyState, ErrorState, Loaded, Skeleton } from '../../ui/states';
import { Pager } from '../../ui/table';
import { CaseCards } from './CaseCards';
import { CaseFilters } from './CaseFilters';
import { CaseTable } from './CaseTable';
import { ColumnChoice } from './ColumnChoice';
import { ExportMenu } from './ExportMenu';
import type { CaseCountQuery, CaseRowFragment } from './list.gen';
import { caseCountQuery, caseListQuery } from './queries';
import { activeFilters, type CaseSearch, changed, COLUMNS, type Column, DEFAULT_COLUMNS, PAGE_SIZE } from './search';
import { someOf } from '../../lib/search';

/** The columns shown: those of the address, else those chosen last on this device, else the usual ones. */
function columnsOf(search: CaseSearch): readonly Column[] {
  return search.cols ?? someOf(readSetting('case-columns'), COLUMNS) ?? DEFAULT_COLUMNS;
}

export function CaseList() {
  const { t, integer } = useI18n();
  const search = useSearch({ from: '/cases' });
  const navigate = useNavigate({ from: '/cases' });
  const narrow = useMedia(NARROW);
  const rows = useQuery({ ...caseListQuery(search), placeholderData: keepPreviousData });
  const count = useQuery(caseCountQuery(search));
  const mayExport = useRights().includes('EXPORT');

  const show = (next: CaseSearch, replace = false) => void navigate({ search: next, replace });
  const columns = columnsOf(search);
  const chooseColumns = (cols: readonly Column[]) => {
    writeSetting('case-columns', cols.join(','));
    show({ ...search, cols: undefined }, true);
  };

  const filtered = activeFilters(search).length > 0;
  const atStart = search.after === undefined && search.before === undefined;
  return (
    <>
      <PageHead
        title={t('cases.title')}
        sub={<Count query={count} />}
      >
        {mayExport ? <ExportMenu search={search} /> : null}
        {narrow ? null : <ColumnChoice columns={columns} onChange={chooseColumns} />}
      </PageHead>
      <CaseFilters search={search} onChange={show} narrow={narrow} />
      {rows.error && !atStart && !rows.data ? (
        <>
          <ErrorState error={rows.error} />
          <Pager onFirst={() => show(changed(search, {}))} onPrevious={undefined} onNext={undefined}>{t('cases.placeLost')}</Pager>
        </>
      ) : (
        <Loaded query={rows} skeleton={<div className="card"><Skeleton lines={14} label={t('cases.loading')} /></div>}>
          {({ cases: { nodes, pageInfo } }) => (
            <>
              {nodes.length === 0 ? (
                <EmptyState title={filtered ? t('cases.none') : t('cases.noneAtAll')}>
                  <p>{filtered ? t('cases.noneHint') : t('cases.noneAtAllHint')}</p>
                </EmptyState>
              ) : <Rows nodes={nodes} search={search} columns={columns} narrow={narrow} busy={rows.isPlaceholderData} onChange={show} />}
              <Pager
                onFirst={atStart ? undefined : () => show(changed(search, {}))}
                onPrevious={step(pageInfo.hasPreviousPage, pageInfo.startCursor, (before) => show(changed(search, { before })))}
                onNext={step(pageInfo.hasNextPage, pageInfo.endCursor, (after) => show(changed(search, { after })))}
              >
                {t('cases.pageOf', { n: integer(nodes.length), size: integer(PAGE_SIZE) })}
              </Pager>
            </>
          )}
        </Loaded>
      )}
    </>
  );
}

/** How many cases there are in all: it may come later than the rows, or not at all. */
function Count({ query }: { readonly query: UseQueryResult<CaseCountQuery> }) {
  const { t, integer } = useI18n();
  const total = query.data?.cases.totalCount;
  if (total !== undefined) return <span role="status">{t('cases.count', { n: integer(total) })}</span>;
  return <span role="status" aria-busy={query.isPending}>{query.isPending ? t('cases.counting') : t('cases.notCounted')}</span>;
}

function step(possible: boolean, cursor: string | null, go: (cursor: string) => void): (() => void) | undefined {
  return possible && cursor !== null ? () => go(cursor) : undefined;
}

function Rows({ narrow, ...rest }: {
  readonly nodes: readonly CaseRowFragment[];
  readonly search: CaseSearch;
  readonly columns: readonly Column[];
  readonly narrow: boolean;
  readonly busy: boolean;
  readonly onChange: (search: CaseSearch) => void;
}) {
  return narrow ? <CaseCards nodes={rest.nodes} busy={rest.busy} /> : <CaseTable {...rest} />;
}
