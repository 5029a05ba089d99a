import { useState } from 'react';
import type { CaseEventKind } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import { civilDate, formatDate, formatTime } from '../../lib/format';
import { Badge, type Tone } from '../../ui/Badge';
import { Icon, type IconName } from '../../ui/icons';
import type { CaseFileFragment, EventPartsFragment } from './case.gen';
import { PartyLine } from './Parties';
import { explanation, inOrder, type TimelineOrder } from './timeline';

/** Kinds that stand out when one runs the eye down a long history. The others are plain steps. */
const LOOK: Partial<Record<CaseEventKind, readonly [Tone, IconName]>> = {
  COLLECTED: ['good', 'descending'],
  PAID_OUT: ['good', 'done'],
  DEPOSITED: ['good', 'done'],
  PERFORMED: ['good', 'done'],
  POSTPONED: ['warn', 'waiting'],
  SUSPENDED: ['warn', 'paused'],
  PAUSED: ['warn', 'paused'],
  RESUMED: ['info', 'running'],
  REOPENED: ['info', 'running'],
  DECLARED_NOT_ENFORCEABLE: ['warn', 'blocked'],
  TRANSFERRED: ['quiet', 'moved'],
  ENTRUSTED: ['quiet', 'moved'],
  TERMINATED: ['quiet', 'stopped'],
  REVOKED: ['bad', 'close'],
  VOIDED: ['bad', 'close'],
  DECIDED: ['info', 'info'],
  COERCIVE_MEASURE: ['warn', 'lock'],
  SECURITY_MEASURE: ['warn', 'lock'],
};

/** The whole history: what counts, and, struck through with their reason, what was corrected or taken back. */
export function Timeline({ file }: { readonly file: CaseFileFragment }) {
  const { t, integer } = useI18n();
  const [order, setOrder] = useState<TimelineOrder>('newest');
  return (
    <section aria-labelledby="timeline">
      <div className="row between section-title">
        <h2 id="timeline">{t('case.timeline')} <span className="soft normal">({t('case.events', { n: integer(file.events.length) })})</span></h2>
        <button type="button" className="button plain no-print" onClick={() => setOrder(order === 'newest' ? 'oldest' : 'newest')}>
          <Icon name={order === 'newest' ? 'descending' : 'ascending'} />
          {order === 'newest' ? t('case.newestFirst') : t('case.oldestFirst')}
        </button>
      </div>
      <ol className="timeline card">
        {inOrder(file.events, order).map((event) => <EventItem key={event.seq} event={event} file={file} />)}
      </ol>
    </section>
  );
}

function EventItem({ event, file }: { readonly event: EventPartsFragment; readonly file: CaseFileFragment }) {
  const { t, dongExact } = useI18n();
  const gone = event.fate === 'SUPERSEDED' || event.fate === 'VOIDED';
  const [tone, icon] = LOOK[event.kind] ?? ['quiet', 'dot'];
  const heading = (
    <>
      {t(`caseEventKind.${event.kind}`)}
      {event.amount === null ? null : <span className="num"> · {dongExact(event.amount)}</span>}
    </>
  );
  return (
    <li id={`event-${event.seq}`} className={gone ? 'gone' : undefined}>
      <div className="when">
        <time className="num" dateTime={event.effectiveOn}>{formatDate(event.effectiveOn)}</time>
        <small className="soft">{t('case.eventNumber', { n: String(event.seq) })}</small>
      </div>
      <span className={`mark badge ${tone}`}><Icon name={icon} /></span>
      <div className="what">
        <h3>{gone ? <del>{heading}</del> : heading}</h3>
        <Fate event={event} file={file} />
        {gone ? <del className="details"><Details event={event} file={file} /></del> : <div className="details"><Details event={event} file={file} /></div>}
        <Recorded event={event} file={file} />
      </div>
    </li>
  );
}

/** What became of the event, and why; in words, because a line through a text is easily missed. */
function Fate({ event, file }: { readonly event: EventPartsFragment; readonly file: CaseFileFragment }) {
  const { t } = useI18n();
  const reason = explanation(event, file.events);
  const because = reason ? ` ${t('case.because', { reason })}` : null;
  const link = (seq: number) => <a href={`#event-${seq}`}>{t('case.eventNumber', { n: String(seq) })}</a>;
  if (event.fate === 'SUPERSEDED' && event.fateBy !== null) {
    return <p><Badge tone="warn" icon="info">{t('case.superseded')}</Badge> {t('case.by')} {link(event.fateBy)}{because}</p>;
  }
  if (event.fate === 'VOIDED' && event.fateBy !== null) {
    return <p><Badge tone="bad" icon="close">{t('case.voided')}</Badge> {t('case.by')} {link(event.fateBy)}{because}</p>;
  }
  if (event.voids !== null) return <p>{t('case.voids')} {link(event.voids)}{because}</p>;
  if (event.supersedes !== null) return <p><Badge tone="info" icon="info">{t('case.correction')}</Badge> {t('case.replaces')} {link(event.supersedes)}{because}</p>;
  return null;
}

function Details({ event, file }: { readonly event: EventPartsFragment; readonly file: CaseFileFragment }) {
  const { t } = useI18n();
  const obligation = file.obligations.find((o) => o.id === event.obligation);
  const lines = [
    event.decision ? t('case.eventDecision', { number: event.decision.number, date: formatDate(event.decision.date) }) : undefined,
    event.decision?.issuer ?? undefined,
    event.decision?.signer ? t('case.signer', { name: event.decision.signer }) : undefined,
    event.ground ? `${event.ground.citation}: ${event.ground.name}` : undefined,
    event.until ? t('case.until', { date: formatDate(event.until) }) : undefined,
    event.finding ? t(`verificationFinding.${event.finding}`) : undefined,
    event.measure ? t(`measure.${event.measure}`) : undefined,
    obligation ? t('case.onObligation', { name: t(`obligationKind.${obligation.kind}`) }) : undefined,
    event.toUnit ? t('case.toUnit', { name: event.toUnit.shortName }) : undefined,
    event.toOfficer ? t('case.toOfficer', { name: event.toOfficer.name }) : undefined,
    event.recipient ? t('case.recipient', { name: event.recipient }) : undefined,
    event.receipt ? t('case.receipt', { number: event.receipt }) : undefined,
    event.addTags.length > 0 ? t('case.tagsAdded', { names: event.addTags.map((tag) => t(`caseTag.${tag}`)).join(', ') }) : undefined,
    event.removeTags.length > 0 ? t('case.tagsRemoved', { names: event.removeTags.map((tag) => t(`caseTag.${tag}`)).join(', ') }) : undefined,
  ].filter((line) => line !== undefined);
  return (
    <>
      {lines.length > 0 ? <span className="lines">{lines.map((line) => <span key={line}>{line}</span>)}</span> : null}
      {event.note ? <span className="note">{event.note}</span> : null}
      {event.parties.length > 0 && event.kind === 'PARTIES_CHANGED'
        ? <ul>{event.parties.map((party) => <PartyLine key={party.id} party={party} />)}</ul> : null}
    </>
  );
}

/**
 * Who held the case, where that is news; when the system learned of the event and where figures book it, where that
 * is not the day on which it counts.
 */
function Recorded({ event, file }: { readonly event: EventPartsFragment; readonly file: CaseFileFragment }) {
  const { t } = useI18n();
  const before = file.events.find((other) => other.seq === event.seq - 1);
  const same = before?.unit?.id === event.unit?.id && before?.officer?.id === event.officer?.id;
  const who = same ? '' : [event.unit?.shortName, event.officer?.name].filter((name) => name !== undefined).join(' · ');
  const late = civilDate(new Date(event.recordedAt)) !== event.effectiveOn;
  if (who === '' && !late && event.bookedOn === event.effectiveOn) return null;
  return (
    <p className="small soft">
      {who}
      {late ? `${who ? ' · ' : ''}${t('case.recordedAt', { time: formatTime(event.recordedAt) })}` : null}
      {event.bookedOn === event.effectiveOn ? null : (
        <> <span className="tag">{t('case.bookedOn', { date: formatDate(event.bookedOn) })}</span></>
      )}
    </p>
  );
}
