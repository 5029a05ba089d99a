import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ImportAction } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import { SelectField } from '../../ui/fields';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { Pager, TableRegion } from '../../ui/table';
import { ActionBadge } from './badges';
import type { ImportEntriesQuery, ImportRecordFragment } from './import.gen';
import { importEntriesQuery } from './queries';

type Entry = NonNullable<ImportEntriesQuery['import']>['entries']['nodes'][number];

/** The cases of the file and what becomes of each. */
export function Entries({ record }: { readonly record: ImportRecordFragment }) {
  const { t, integer } = useI18n();
  const [action, setAction] = useState<ImportAction>();
  const [places, setPlaces] = useState<readonly string[]>([]);
  const query = useQuery({ ...importEntriesQuery(record.id, record.version, action, places.at(-1)), placeholderData: keepPreviousData });
  if (record.cases === 0) return null;
  return (
    <section aria-labelledby="entries">
      <div className="row between end section-head">
        <h2 id="entries" className="section-title">{t('import.entries', { n: integer(record.cases) })}</h2>
        <SelectField
          label={t('import.action')} all={t('import.anyAction')} value={action}
          options={ImportAction.map((value) => ({ value, label: t(`importAction.${value}`) }))}
          onChange={(value) => { setAction(value); setPlaces([]); }}
        />
      </div>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={8} /></div>}>
        {({ import: found }) => {
          const nodes = found?.entries.nodes ?? [];
          const page = found?.entries.pageInfo;
          if (nodes.length === 0) return <EmptyState title={t('import.noEntries')} />;
          return (
            <>
              <EntryTable nodes={nodes} busy={query.isPlaceholderData} />
              <Pager
                label={t('import.entriesTable')}
                onFirst={places.length > 0 ? () => setPlaces([]) : undefined}
                onPrevious={places.length > 0 ? () => setPlaces(places.slice(0, -1)) : undefined}
                onNext={page?.hasNextPage && page.endCursor ? () => setPlaces([...places, page.endCursor ?? '']) : undefined}
              >
                {t('import.entriesOnPage', { n: integer(nodes.length) })}
              </Pager>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function EntryTable({ nodes, busy }: { readonly nodes: readonly Entry[]; readonly busy: boolean }) {
  const { t, integer, dong } = useI18n();
  return (
    <TableRegion label={t('import.entriesTable')} busy={busy}>
      <thead>
        <tr>
          <th scope="col" className="right">{t('import.row')}</th>
          <th scope="col">{t('case.decision')}</th>
          <th scope="col">{t('import.debtor')}</th>
          <th scope="col">{t('overview.unit')}</th>
          <th scope="col" className="right">{t('import.total')}</th>
          <th scope="col" className="right">{t('import.events')}</th>
          <th scope="col">{t('import.action')}</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((entry) => (
          <tr key={`${entry.sheet}/${entry.row}`}>
            <th scope="row" className="num right normal">{entry.row}</th>
            <td className="strong">{entry.case ? <Link to="/cases/$id" params={{ id: entry.case.id }}>{entry.number ?? entry.row}</Link> : entry.number}</td>
            <td>{entry.debtor}</td>
            <td className="num">{entry.unit}</td>
            <td className="num right">{dong(entry.total)}</td>
            <td className="num right">{integer(entry.events)}</td>
            <td><ActionBadge action={entry.action} /></td>
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}
