import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { act } from '../../graphql/act';
import { Register } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import '../../i18n/vi.imports';
import { formatTime } from '../../lib/format';
import { PageHead } from '../../ui/Page';
import { Refusal } from '../../ui/Refusal';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { Pager, TableRegion } from '../../ui/table';
import { ImportStateBadge } from './badges';
import { Dropzone } from './Dropzone';
import { ImportMappingForgetDocument, type ImportListQuery, type KeptMappingsQuery } from './list.gen';
import { importListQuery, keptMappingsQuery } from './queries';
import type { ImportSearch } from './search';

type Row = ImportListQuery['imports']['nodes'][number];

export function ImportList() {
  const { t } = useI18n();
  const search = useSearch({ from: '/imports' });
  const navigate = useNavigate({ from: '/imports' });
  const query = useQuery({ ...importListQuery(search), placeholderData: keepPreviousData });
  const show = (next: ImportSearch) => void navigate({ search: next });
  return (
    <>
      <PageHead title={t('room.imports')} sub={t('imports.sub')}>
        <a className="button" href="/templates/cases.xlsx" download>{t('imports.template')}</a>
        <a className="button" href="/templates/case-events.xlsx" download>{t('imports.templateEvents')}</a>
      </PageHead>
      <Dropzone />
      <h2 className="section-title">{t('imports.history')}</h2>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={6} /></div>}>
        {({ imports: { nodes, pageInfo } }) => (nodes.length === 0 ? <EmptyState title={t('imports.none')} /> : (
          <>
            <Table nodes={nodes} busy={query.isPlaceholderData} />
            <Pager
              onFirst={search.after === undefined && search.before === undefined ? undefined : () => show({})}
              onPrevious={pageInfo.hasPreviousPage && pageInfo.startCursor !== null ? () => show({ before: pageInfo.startCursor ?? undefined }) : undefined}
              onNext={pageInfo.hasNextPage && pageInfo.endCursor !== null ? () => show({ after: pageInfo.endCursor ?? undefined }) : undefined}
            >
              {t('imports.onPage', { n: String(nodes.length) })}
            </Pager>
          </>
        ))}
      </Loaded>
      <OtherRegisters />
      <KeptMappings />
    </>
  );
}

/** The word for a register in addresses. */
const nounOf = (register: Register) => register.toLowerCase().replaceAll('_', '-');

/** What has no list of its own to be handed out from, and what a file of it would look like. */
function OtherRegisters() {
  const { t } = useI18n();
  return (
    <details className="card">
      <summary><h2>{t('imports.others')}</h2></summary>
      <p className="soft prose">{t('imports.othersHint')}</p>
      <ul className="plain-list">
        {Register.filter((register) => register !== 'CASES' && register !== 'CASE_EVENTS').map((register) => {
          const noun = nounOf(register);
          const name = t(`register.${register}`);
          return (
            <li key={register} className="row between">
              <span>{name}</span>
              <span className="row">
                <a className="button" href={`/exports/${noun}.xlsx`} download aria-label={t('imports.exportOf', { register: name, format: 'Excel' })}>Excel</a>
                <a className="button" href={`/exports/${noun}.csv?events=true`} download aria-label={t('imports.exportOf', { register: name, format: 'CSV' })}>CSV</a>
                <a className="button" href={`/templates/${noun}.xlsx`} download aria-label={t('imports.templateOf', { register: name })}>{t('imports.emptyTemplate')}</a>
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function Table({ nodes, busy }: { readonly nodes: readonly Row[]; readonly busy: boolean }) {
  const { t, integer } = useI18n();
  return (
    <TableRegion label={t('imports.history')} busy={busy}>
      <thead>
        <tr>
          <th scope="col">{t('imports.startedAt')}</th>
          <th scope="col">{t('imports.file')}</th>
          <th scope="col">{t('imports.by')}</th>
          <th scope="col">{t('cases.column.state')}</th>
          <th scope="col" className="right">{t('imports.cases')}</th>
          <th scope="col" className="right">{t('imports.createdHead')}</th>
          <th scope="col" className="right">{t('imports.changedHead')}</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((row) => (
          <tr key={row.id}>
            <td className="num">{formatTime(row.startedAt)}</td>
            <th scope="row"><Link to="/imports/$id" params={{ id: row.id }}>{row.file}</Link></th>
            <td>{row.byName}</td>
            <td><ImportStateBadge state={row.state} /></td>
            <td className="num right">{integer(row.cases)}</td>
            <td className="num right">{integer(row.created)}</td>
            <td className="num right">{integer(row.changed)}</td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

/** The mappings that are found again by the headers of a file; what is wrong in one can be forgotten. */
function KeptMappings() {
  const { t, integer } = useI18n();
  const query = useQuery(keptMappingsQuery);
  const client = useQueryClient();
  const forget = useMutation({
    mutationFn: (mapping: string) => act(ImportMappingForgetDocument, { input: { mapping } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keptMappingsQuery.queryKey }),
  });
  const kept = query.data?.importMappings ?? [];
  if (kept.length === 0) return null;
  return (
    <details className="card">
      <summary><h2>{t('imports.kept', { n: integer(kept.length) })}</h2></summary>
      {forget.error ? <Refusal error={forget.error} /> : null}
      <ul className="plain-list">
        {kept.map((one) => (
          <li key={one.id} className="row between">
            <span>
              <strong>{t(`register.${one.mapping.register}`)}</strong> · {titlesOf(one)}
              <span className="block small soft">{t('imports.keptBy', { name: one.byName, time: formatTime(one.keptAt) })}</span>
            </span>
            <button type="button" className="button" disabled={forget.isPending} onClick={() => forget.mutate(one.id)}>{t('imports.forget')}</button>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The first titles of a mapping: enough for its keeper to know it again. */
function titlesOf({ mapping: { columns } }: KeptMappingsQuery['importMappings'][number]): string {
  const titles = columns.flatMap(({ title, field }) => (title && field ? [title] : []));
  return titles.length > 4 ? `${titles.slice(0, 4).join(', ')}…` : titles.join(', ');
}
