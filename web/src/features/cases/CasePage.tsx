import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useI18n } from '../../i18n';
import '../../i18n/vi.cases';
import { formatDate, formatTime } from '../../lib/format';
import { CaseStateBadge } from '../../ui/CaseStateBadge';
import { Icon } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import type { CaseFileFragment } from './case.gen';
import { CaseFacts } from './CaseFacts';
import { NextSteps } from './NextSteps';
import { Obligations } from './Obligations';
import { Parties } from './Parties';
import { caseQuery } from './queries';
import { Timeline } from './Timeline';
import { Totals } from './Totals';

export function CasePage() {
  const { t } = useI18n();
  const { id } = useParams({ from: '/cases/$id' });
  const query = useQuery(caseQuery(id));
  return (
    <>
      <p className="no-print crumb"><Link to="/cases"><Icon name="previous" />{t('cases.title')}</Link></p>
      <Loaded query={query} skeleton={<CaseSkeleton />} wholePage>
        {(data) => data.case ? <CaseFile file={data.case} /> : (
          <>
            <PageHead title={t('case.missing')} />
            <EmptyState title={t('case.missingText')}><Link className="button" to="/cases">{t('cases.title')}</Link></EmptyState>
          </>
        )}
      </Loaded>
    </>
  );
}

function CaseSkeleton() {
  const { t } = useI18n();
  return <div className="card"><Skeleton lines={12} label={t('case.loading')} /></div>;
}

function CaseFile({ file }: { readonly file: CaseFileFragment }) {
  const { t } = useI18n();
  const title = file.decision ? t('case.title', { number: file.decision.number }) : t('cases.undecided', { judgment: file.judgment.number });
  return (
    <>
      <PageHead
        title={title}
        sub={(
          <span className="row">
            <CaseStateBadge state={file.state} />
            <span>{t('cases.since', { date: formatDate(file.since) })}</span>
            {file.ground ? <span>· {file.ground.citation}: {file.ground.name}</span> : null}
            {file.tags.map((tag) => <span key={tag} className="tag">{t(`caseTag.${tag}`)}</span>)}
          </span>
        )}
      />
      <p className="lead">{file.debtorName}</p>
      <div className="case-columns">
        <div className="stack">
          <Totals file={file} />
          <Obligations file={file} />
          <Timeline file={file} />
        </div>
        <div className="stack">
          <CaseFacts file={file} />
          <Parties key={file.id} of={file.id} parties={file.parties} />
          <NextSteps steps={file.nextSteps} />
          <p className="small soft">{t('case.updated', { time: formatTime(file.updatedAt), version: String(file.version) })}</p>
        </div>
      </div>
    </>
  );
}
