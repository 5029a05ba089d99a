import { AttendeeRole } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import type { AttendeePartsFragment, ConferenceRecordFragment } from './conference.gen';

export function ConferenceFacts({ conference }: { readonly conference: ConferenceRecordFragment }) {
  const { t } = useI18n();
  const facts = [
    [t('conferences.kind'), t(`conferenceKind.${conference.kind}`)],
    [t('conferences.year'), String(conference.statYear)],
    [t('conferences.organiser'), conference.organiser],
    [t('conference.chair'), conference.chair],
    [t('conference.about'), conference.unit?.name],
    [t('conference.source'), conference.source],
  ] as const;
  return (
    <>
      <section className="card" aria-labelledby="facts">
        <h2 id="facts">{t('conference.facts')}</h2>
        <dl className="facts">
          {facts.map(([term, value]) => (value ? <div key={term}><dt>{term}</dt><dd>{value}</dd></div> : null))}
        </dl>
      </section>
      <Attendees attendees={conference.attendees} />
      <Documents documents={conference.documents} />
    </>
  );
}

function Attendees({ attendees }: { readonly attendees: readonly AttendeePartsFragment[] }) {
  const { t } = useI18n();
  if (attendees.length === 0) return null;
  return (
    <section className="card" aria-labelledby="attendees">
      <h2 id="attendees">{t('conference.attendees')}</h2>
      <div className="stack">
        {AttendeeRole.map((role) => {
          const some = attendees.filter((attendee) => attendee.role === role);
          return some.length === 0 ? null : (
            <div key={role}>
              <h3 className="soft">{t(`attendeeRole.${role}`)}</h3>
              <ul>
                {some.map((attendee) => {
                  const [first = '', ...rest] = [attendee.name, ...attendee.titles, attendee.organisation].filter((text) => text);
                  return (
                    <li key={`${first} ${rest.join()}`} className="party">
                      <span className={attendee.name ? 'strong' : undefined}>{first}</span>
                      {rest.length > 0 ? <div className="small soft">{rest.join(' · ')}</div> : null}
                    </li>
                  );
                })}
              </ul>
            </div>
          );
        })}
      </div>
    </section>
  );
}

function Documents({ documents }: { readonly documents: ConferenceRecordFragment['documents'] }) {
  const { t } = useI18n();
  if (documents.length === 0) return null;
  return (
    <section className="card" aria-labelledby="documents">
      <h2 id="documents">{t('conference.documents')}</h2>
      <ul>
        {documents.map(({ directive, number, title }) => {
          const sign = directive?.number ?? number;
          const subject = directive?.title ?? title;
          return (
            <li key={`${sign} ${subject}`} className="party">
              {sign ? <span className="strong nowrap">{sign}</span> : null}
              {subject ? <div className={sign ? 'small soft' : undefined}>{subject}</div> : null}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
