import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useI18n } from '../../i18n';
import '../../i18n/vi.conferences';
import { formatDate } from '../../lib/format';
import { Icon } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { ConferenceStateBadge } from './badges';
import { Conclusion } from './Conclusion';
import type { ConferenceRecordFragment } from './conference.gen';
import { ConferenceFacts } from './ConferenceFacts';
import { ReportedFigures } from './ReportedFigures';
import { conferenceQuery } from './queries';

export function ConferencePage() {
  const { t } = useI18n();
  const { id } = useParams({ from: '/conferences/$id' });
  const query = useQuery(conferenceQuery(id));
  return (
    <>
      <p className="no-print crumb"><Link to="/conferences"><Icon name="previous" />{t('room.conferences')}</Link></p>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={12} /></div>} wholePage>
        {({ conference }) => conference ? <Record conference={conference} /> : (
          <>
            <PageHead title={t('conference.missing')} />
            <EmptyState title={t('conference.missingText')}><Link className="button" to="/conferences">{t('room.conferences')}</Link></EmptyState>
          </>
        )}
      </Loaded>
    </>
  );
}

function Record({ conference }: { readonly conference: ConferenceRecordFragment }) {
  const { t } = useI18n();
  return (
    <>
      <PageHead
        title={conference.title}
        sub={(
          <span className="row">
            <ConferenceStateBadge state={conference.state} />
            <span>
              {conference.session ? `${t(`daySession.${conference.session}`)}, ` : null}{formatDate(conference.heldOn)}
              {conference.place ? ` · ${conference.place}` : null}
            </span>
          </span>
        )}
      />
      <div className="case-columns">
        <div className="stack">
          <ReportedFigures conference={conference.id} figures={conference.figures} />
          <Conclusion conference={conference} />
          <Points title={t('conference.agenda')} id="agenda" lines={conference.agenda} ordered />
          <Points
            title={t('conference.causes')} id="causes"
            lines={conference.causes.map((cause) => `${t(`causeKind.${cause.kind}`)}: ${cause.text}`)}
          />
          <Points
            title={t('conference.opinions')} id="opinions"
            lines={conference.opinions.map((opinion) => (opinion.speaker ? `${opinion.speaker}: ${opinion.text}` : opinion.text))}
          />
        </div>
        <div className="stack"><ConferenceFacts conference={conference} /></div>
      </div>
    </>
  );
}

/** A list of sentences; nothing at all where there are none. */
function Points({ title, id, lines, ordered = false }: {
  readonly title: string;
  readonly id: string;
  readonly lines: readonly string[];
  readonly ordered?: boolean;
}) {
  if (lines.length === 0) return null;
  const items = lines.map((line) => <li key={line}>{line}</li>);
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {ordered ? <ol className="points">{items}</ol> : <ul className="points">{items}</ul>}
    </section>
  );
}
