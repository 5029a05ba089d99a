import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useI18n } from '../../i18n';
import { formatDate } from '../../lib/format';
import type { CaseFileFragment } from './case.gen';

function Fact({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return <div><dt>{term}</dt><dd>{children}</dd></div>;
}

/** What the case is: its decision, its judgment, who holds it. */
export function CaseFacts({ file }: { readonly file: CaseFileFragment }) {
  const { t } = useI18n();
  const { decision, judgment } = file;
  const before = file.units.filter((unit) => unit.id !== file.unit.id);
  return (
    <section className="card" aria-labelledby="facts">
      <h2 id="facts">{t('case.facts')}</h2>
      <dl className="facts">
        {decision ? (
          <Fact term={t('case.decision')}>
            {decision.number}, {formatDate(decision.date)}
            {decision.issuer ? <div className="small soft">{decision.issuer}</div> : null}
            {decision.signer ? <div className="small soft">{t('case.signer', { name: decision.signer })}</div> : null}
          </Fact>
        ) : null}
        <Fact term={t('case.judgment')}>
          {judgment.number}, {formatDate(judgment.date)}
          <div className="small soft">{judgment.court} · {t(`judgmentKind.${judgment.kind}`)}</div>
          {judgment.receivedOn ? <div className="small soft">{t('case.receivedOn', { date: formatDate(judgment.receivedOn) })}</div> : null}
        </Fact>
        <Fact term={t('case.initiation')}>
          {t(`initiation.${file.initiation}`)}
          {file.requestedOn ? <div className="small soft">{t('case.requestedOn', { date: formatDate(file.requestedOn) })}</div> : null}
        </Fact>
        <Fact term={t('cases.column.opened')}>{formatDate(file.openedOn)}</Fact>
        {file.finishedOn ? <Fact term={t('case.finishedOn')}>{formatDate(file.finishedOn)}</Fact> : null}
        <Fact term={t('cases.column.unit')}>
          <Link to="/cases" search={{ unit: file.unit.id }}>{file.unit.name}</Link>
          {before.length > 0 ? (
            <div className="small soft">{t('case.earlierUnits', { names: before.map((unit) => unit.shortName).join(', ') })}</div>
          ) : null}
        </Fact>
        <Fact term={t('cases.column.officer')}>
          {file.officer
            ? <Link to="/cases" search={{ officer: file.officer.id, live: 'yes' }}>{file.officer.name}</Link>
            : <span className="soft">{t('cases.unassigned')}</span>}
        </Fact>
      </dl>
    </section>
  );
}
