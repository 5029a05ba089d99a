import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useI18n } from '../../i18n';
import '../../i18n/vi.imports';
import { formatDecimal, formatTime } from '../../lib/format';
import { Icon } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { Refusal } from '../../ui/Refusal';
import { Loaded, Skeleton, State } from '../../ui/states';
import { useImportActions } from './actions';
import { ImportStateBadge } from './badges';
import { Entries } from './Entries';
import type { ImportRecordFragment } from './import.gen';
import { Mapping } from './Mapping';
import { Problems } from './Problems';
import { importQuery, isUnderWay } from './queries';
import { UndoButton } from './UndoButton';

/** How often to ask how far the server is, in milliseconds. */
const ASK_AGAIN = 700;

export function ImportPage() {
  const { t } = useI18n();
  const { id } = useParams({ from: '/imports/$id' });
  const query = useQuery({
    ...importQuery(id),
    refetchInterval: ({ state }) => (state.data?.import && isUnderWay(state.data.import) ? ASK_AGAIN : false),
  });
  return (
    <>
      <p className="crumb no-print"><Link to="/imports"><Icon name="previous" />{t('room.imports')}</Link></p>
      <Loaded query={query} skeleton={<Skeleton lines={12} />} wholePage>
        {({ import: record }) => (record ? <Record record={record} /> : (
          <>
            <PageHead title={t('import.missing')} />
            <div className="card"><State icon="empty"><p>{t('import.missingText')}</p></State></div>
          </>
        ))}
      </Loaded>
    </>
  );
}

function Record({ record }: { readonly record: ImportRecordFragment }) {
  const { t, language } = useI18n();
  const client = useQueryClient();
  const underWay = isUnderWay(record);
  const was = useRef(underWay);
  // Whoever has just said what the columns mean wants to see what came of it.
  const [mapped, setMapped] = useState(false);
  useEffect(() => {
    // When a work has ended, the lists of cases and the overview show something else.
    if (was.current && !underWay && (record.state === 'ACCEPTED' || record.state === 'UNDONE')) void client.invalidateQueries();
    was.current = underWay;
  }, [client, underWay, record.state]);
  const size = record.bytes >= 1024 * 1024
    ? `${formatDecimal(record.bytes / 1024 / 1024, language, 1)} MB`
    : `${formatDecimal(Math.max(record.bytes / 1024, 0.1), language, 1)} KB`;
  return (
    <>
      <PageHead
        title={record.file}
        sub={<>{t('import.sub', { size, name: record.byName, time: formatTime(record.startedAt) })}{record.attempt > 1 ? ` · ${t('import.attempt', { n: String(record.attempt) })}` : null}</>}
      >
        <ImportStateBadge state={record.state} />
      </PageHead>
      <div className="stack">
        <Outcome record={record} />
        {underWay ? null : <Steps record={record} />}
        {record.nextSteps.includes('SET_MAPPING') ? <Mapping key={`${record.id}/${record.version}`} record={record} open={!mapped && !record.keptMapping} onMapped={() => setMapped(true)} /> : null}
        {record.checkedAt && record.state !== 'CHECKING' ? (
          <>
            <Problems key={`problems/${record.version}`} record={record} />
            <Entries key={`entries/${record.version}`} record={record} />
          </>
        ) : null}
      </div>
    </>
  );
}

/** Where the import stands: what is under way, what the check found, what was recorded. */
function Outcome({ record }: { readonly record: ImportRecordFragment }) {
  const { t, integer } = useI18n();
  const written = record.state === 'ACCEPTED' || record.state === 'UNDOING' || record.state === 'UNDONE';
  return (
    <section className="card stack" aria-label={t('cases.column.state')}>
      <div aria-live="polite">{isUnderWay(record) ? <Progress record={record} /> : <Headline record={record} />}</div>
      {record.state === 'CHECKED' || record.state === 'ACCEPTING' ? (
        <Figures
          items={[
            [t('importAction.CREATE'), record.creates], [t('importAction.CHANGE'), record.changes], [t('importAction.EXISTING'), record.existing],
            [t('importAction.BAD'), record.bad], [t('import.rows'), record.rows], [t('import.leftOut'), record.leftOut],
          ]}
        />
      ) : null}
      {written ? (
        <Figures
          items={[
            [t('imports.createdHead'), record.created], [t('imports.changedHead'), record.changed], [t('importAction.EXISTING'), record.existing],
            [t('import.notAccepted'), record.bad + record.refused],
            ...(record.state === 'ACCEPTED' ? [] : [[t('import.undoneHead'), record.undone], [t('import.notUndoneHead'), record.notUndone]] as const),
          ]}
        />
      ) : null}
      {record.stopped ? <p className="notice warn"><Icon name="warning" />{t('import.stopped')}</p> : null}
      {record.reason ? <p className="soft">{t('import.reason', { reason: record.reason })}</p> : null}
      {record.job && record.job.problems.length > 0 && !isUnderWay(record) ? (
        <details>
          <summary>{t('import.jobProblems', { n: integer(record.job.problems.length) })}</summary>
          <ul className="plain-list">{record.job.problems.map((problem) => <li key={problem}>{problem}</li>)}</ul>
        </details>
      ) : null}
    </section>
  );
}

function Figures({ items }: { readonly items: readonly (readonly [string, number])[] }) {
  const { integer } = useI18n();
  return (
    <dl className="figures">
      {items.map(([term, value]) => <div key={term}><dt>{term}</dt><dd className="num">{integer(value)}</dd></div>)}
    </dl>
  );
}

function Progress({ record: { state, job } }: { readonly record: ImportRecordFragment }) {
  const { t, integer } = useI18n();
  const label = t(`importState.${state}`);
  const known = job !== null && job.total > 0;
  return (
    <div className="stack">
      <h2>{label}</h2>
      <progress aria-label={label} {...(known ? { max: job.total, value: job.done } : {})} />
      <span className="soft num">{known ? t('import.progress', { done: integer(job.done), total: integer(job.total) }) : t('import.progressStart')}</span>
      {job?.state === 'FAILED' ? <p className="notice bad"><Icon name="warning" />{t('import.jobFailed')}</p> : null}
    </div>
  );
}

function Headline({ record }: { readonly record: ImportRecordFragment }) {
  const { t, integer } = useI18n();
  const note = (tone: string, icon: 'done' | 'warning' | 'info', text: ReactNode) => (
    <p className={`notice ${tone}`}><Icon name={icon} /><span>{text}</span></p>
  );
  switch (record.state) {
    case 'MAPPING': return note('warn', 'warning', t('import.needsMapping'));
    case 'CHECKED':
      if (record.errors > 0) return note('warn', 'warning', t('import.withErrors', { errors: integer(record.errors), warnings: integer(record.warnings), bad: integer(record.bad) }));
      if (record.creates + record.changes === 0) return note('', 'info', t('import.nothingNew'));
      return note('', 'done', t('import.clean', { n: integer(record.creates + record.changes), warnings: integer(record.warnings) }));
    case 'ACCEPTED': return note('', 'done', t('import.accepted', { time: formatTime(record.acceptedAt ?? '') }));
    case 'UNDONE': return note('', 'info', t('import.undone', { time: formatTime(record.undoneAt ?? '') }));
    case 'CANCELLED': return note('', 'info', t('import.cancelled'));
    case 'FAILED': return note('bad', 'warning', record.message ?? t('import.failed'));
    default: return null;
  }
}

/** What can be done now. The server says which steps there are; nothing else is offered. */
function Steps({ record }: { readonly record: ImportRecordFragment }) {
  const { t, integer } = useI18n();
  const { accept, cancel, undo } = useImportActions(record);
  const pending = accept.isPending || cancel.isPending || undo.isPending;
  const error = accept.error ?? cancel.error ?? undo.error;
  const good = record.creates + record.changes;
  const can = (step: ImportRecordFragment['nextSteps'][number]) => record.nextSteps.includes(step);
  return (
    <div className="stack no-print">
      <div className="row">
        {can('ACCEPT_ALL') && good > 0 ? (
          <button type="button" className="button primary" disabled={pending} onClick={() => accept.mutate('ALL')}>
            {t('import.acceptAll', { n: integer(good) })}
          </button>
        ) : null}
        {can('ACCEPT_GOOD_ROWS') && record.bad > 0 && good > 0 ? (
          <button type="button" className="button primary" disabled={pending} onClick={() => accept.mutate('GOOD_ROWS')}>
            {t('import.acceptGood', { n: integer(good), bad: integer(record.bad) })}
          </button>
        ) : null}
        {record.fileKept && record.bad > 0 ? (
          <a className="button" href={`/imports/${record.id}/problems.xlsx`} download>{t('import.problemFile')}</a>
        ) : null}
        {can('CANCEL') ? <button type="button" className="button" disabled={pending} onClick={() => cancel.mutate()}>{t('import.cancel')}</button> : null}
        {can('UNDO') ? <UndoButton pending={undo.isPending} onUndo={(reason) => undo.mutate(reason)} cases={record.created + record.changed} /> : null}
        {record.state === 'ACCEPTED' ? <Link className="button" to="/cases" search={{ sort: 'UPDATED_AT' }}>{t('import.seeCases')}</Link> : null}
      </div>
      {error ? <Refusal error={error} /> : null}
    </div>
  );
}
