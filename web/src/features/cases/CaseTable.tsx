import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CaseOrderField } from '../../graphql/schema.gen';
import { type I18n, type PlainKey, useI18n } from '../../i18n';
import { formatDate, formatTime } from '../../lib/format';
import { CaseStateBadge } from '../../ui/CaseStateBadge';
import { Dong } from '../../ui/Money';
import { type Direction, SortHeading, TableRegion } from '../../ui/table';
import type { CaseRowFragment } from './list.gen';
import { type CaseSearch, type Column, orderOf, sortedBy } from './search';

interface ColumnLook {
  readonly heading: PlainKey;
  readonly sort?: CaseOrderField;
  readonly right?: boolean;
  readonly cell: (row: CaseRowFragment, i18n: I18n) => ReactNode;
}

/** Still to be enforced, as the order and the filter of the server mean it: money held is not yet enforced. */
export const outstanding = (row: CaseRowFragment) => row.totals.remaining + row.totals.held;

const LOOK: Readonly<Record<Column, ColumnLook>> = {
  parties: {
    heading: 'cases.column.parties',
    sort: 'DEBTOR_NAME',
    cell: (row, { t }) => (
      <>
        {row.debtorName}
        {row.creditorName ? <div className="small soft">{t('cases.forCreditor', { name: row.creditorName })}</div> : null}
      </>
    ),
  },
  unit: { heading: 'cases.column.unit', cell: (row) => row.unit.shortName },
  officer: { heading: 'cases.column.officer', cell: (row, { t }) => row.officer?.name ?? <span className="soft">{t('cases.unassigned')}</span> },
  state: {
    heading: 'cases.column.state',
    sort: 'SINCE',
    cell: (row, { t }) => (
      <>
        <CaseStateBadge state={row.state} />
        <div className="small soft nowrap">{t('cases.since', { date: formatDate(row.since) })}</div>
      </>
    ),
  },
  opened: { heading: 'cases.column.opened', sort: 'OPENED_ON', cell: (row) => <span className="num">{formatDate(row.openedOn)}</span> },
  judgment: {
    heading: 'cases.column.judgment',
    cell: (row, { t }) => (
      <>
        <span className="nowrap">{row.judgment.number}</span>
        <div className="small soft">{t(`judgmentKind.${row.judgment.kind}`)} · {formatDate(row.judgment.date)}</div>
      </>
    ),
  },
  total: { heading: 'cases.column.total', sort: 'TOTAL', right: true, cell: (row) => <Dong value={row.totals.total} /> },
  outstanding: { heading: 'cases.column.outstanding', sort: 'OUTSTANDING', right: true, cell: (row) => <Dong value={outstanding(row)} /> },
  tags: {
    heading: 'cases.column.tags',
    cell: (row, { t }) => <span className="row">{row.tags.map((tag) => <span key={tag} className="tag">{t(`caseTag.${tag}`)}</span>)}</span>,
  },
  lastEvent: {
    heading: 'cases.column.lastEvent',
    cell: (row, { t }) => (
      <>
        {t(`caseEventKind.${row.lastEvent.kind}`)}
        <div className="small soft num">{formatDate(row.lastEvent.effectiveOn)}</div>
      </>
    ),
  },
  updated: { heading: 'cases.column.updated', sort: 'UPDATED_AT', cell: (row) => <span className="num">{formatTime(row.updatedAt)}</span> },
};

export const columnHeading = (column: Column): PlainKey => LOOK[column].heading;

export function CaseNumber({ row }: { readonly row: CaseRowFragment }) {
  const { t } = useI18n();
  return (
    <Link to="/cases/$id" params={{ id: row.id }} className={row.decision ? 'nowrap' : undefined}>
      {row.decision?.number ?? t('cases.undecided', { judgment: row.judgment.number })}
    </Link>
  );
}

export function CaseTable({ nodes, search, columns, busy, onChange }: {
  readonly nodes: readonly CaseRowFragment[];
  readonly search: CaseSearch;
  readonly columns: readonly Column[];
  readonly busy: boolean;
  readonly onChange: (search: CaseSearch) => void;
}) {
  const i18n = useI18n();
  const { t } = i18n;
  const order = orderOf(search);
  const direction = (field: CaseOrderField): Direction | undefined =>
    order.field === field ? (order.direction === 'ASC' ? 'ascending' : 'descending') : undefined;
  const sort = (field: CaseOrderField) => onChange(sortedBy(search, field));
  return (
    <TableRegion label={t('cases.title')} busy={busy}>
      <thead>
        <tr>
          <SortHeading direction={direction('NUMBER')} onSort={() => sort('NUMBER')}>{t('cases.column.number')}</SortHeading>
          {columns.map((column) => {
            const { heading, sort: field, right = false } = LOOK[column];
            if (field) {
              return <SortHeading key={column} direction={direction(field)} onSort={() => sort(field)} right={right}>{t(heading)}</SortHeading>;
            }
            return <th key={column} scope="col">{t(heading)}</th>;
          })}
        </tr>
      </thead>
      <tbody>
        {nodes.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <CaseNumber row={row} />
              <div className="small soft num normal">
                {row.decision ? `${formatDate(row.decision.date)} · ` : null}{t(`initiation.${row.initiation}`)}
              </div>
            </th>
            {columns.map((column) => (
              <td key={column} className={LOOK[column].right ? 'right' : undefined}>{LOOK[column].cell(row, i18n)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
