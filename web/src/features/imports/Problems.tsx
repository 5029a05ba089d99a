import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ImportSeverity } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import { SelectField } from '../../ui/fields';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { Pager, TableRegion } from '../../ui/table';
import { SeverityBadge } from './badges';
import type { ImportProblemsQuery, ImportRecordFragment } from './import.gen';
import { importProblemsQuery } from './queries';

type Problem = NonNullable<ImportProblemsQuery['import']>['problems']['nodes'][number];

/** What is wrong in the file, row by row: the place, what was read there, and what was expected. */
export function Problems({ record }: { readonly record: ImportRecordFragment }) {
  const { t, integer } = useI18n();
  const [severity, setSeverity] = useState<ImportSeverity>();
  const [places, setPlaces] = useState<readonly string[]>([]);
  const query = useQuery({ ...importProblemsQuery(record.id, record.version, severity, places.at(-1)), placeholderData: keepPreviousData });
  if (record.errors + record.warnings + record.leftOut === 0) return null;
  return (
    <section aria-labelledby="problems">
      <div className="row between end section-head">
        <h2 id="problems" className="section-title">
          {t('import.problems', { errors: integer(record.errors), warnings: integer(record.warnings), left: integer(record.leftOut) })}
        </h2>
        <SelectField
          label={t('import.severity')} all={t('import.anySeverity')} value={severity}
          options={ImportSeverity.map((value) => ({ value, label: t(`importSeverity.${value}`) }))}
          onChange={(value) => { setSeverity(value); setPlaces([]); }}
        />
      </div>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={8} /></div>}>
        {({ import: found }) => {
          const nodes = found?.problems.nodes ?? [];
          const page = found?.problems.pageInfo;
          if (nodes.length === 0) return <EmptyState title={t('import.noProblems')} />;
          return (
            <>
              <ProblemTable nodes={nodes} busy={query.isPlaceholderData} sheets={record.sheets.length > 1} />
              <Pager
                label={t('import.problemsTable')}
                onFirst={places.length > 0 ? () => setPlaces([]) : undefined}
                onPrevious={places.length > 0 ? () => setPlaces(places.slice(0, -1)) : undefined}
                onNext={page?.hasNextPage && page.endCursor ? () => setPlaces([...places, page.endCursor ?? '']) : undefined}
              >
                {t('import.problemsOnPage', { n: integer(nodes.length) })}
              </Pager>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

/** The problems of one row stand together under its number, which is said once. */
function ProblemTable({ nodes, busy, sheets }: { readonly nodes: readonly Problem[]; readonly busy: boolean; readonly sheets: boolean }) {
  const { t } = useI18n();
  return (
    <TableRegion label={t('import.problemsTable')} busy={busy}>
      <thead>
        <tr>
          {sheets ? <th scope="col">{t('import.sheet')}</th> : null}
          <th scope="col" className="right">{t('import.row')}</th>
          <th scope="col">{t('import.column')}</th>
          <th scope="col">{t('import.severity')}</th>
          <th scope="col">{t('import.got')}</th>
          <th scope="col">{t('import.message')}</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((problem, index) => {
          const before = nodes[index - 1];
          const again = before?.row === problem.row && before?.sheet === problem.sheet;
          return (
            // Two problems of a cell may read the same: only their place in the list tells them apart.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={`${problem.sheet}/${problem.row}/${problem.column}/${index}`} className={again ? 'same-row' : undefined}>
              {sheets ? <td>{again ? null : problem.sheet}</td> : null}
              <td className="num right">{again ? <span className="visually-hidden">{problem.row}</span> : problem.row}</td>
              <td>{problem.letter ? <><strong>{problem.letter}</strong> {problem.header}</> : null}</td>
              <td><SeverityBadge severity={problem.severity} /></td>
              <td className="cell">{problem.got}</td>
              <td>{problem.message}{problem.code && problem.severity !== 'LEFT_OUT' ? <small className="block soft">{problem.code}</small> : null}</td>
            </tr>
          );
        })}
      </tbody>
    </TableRegion>
  );
}
