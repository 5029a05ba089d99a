import type { SessionPartsFragment } from './profile.gen';
import { useI18n } from '../../i18n';
import { formatTime } from '../../lib/format';
import { Badge } from '../../ui/Badge';
import { agentName } from './agents';

/** Where somebody is signed in; each can be ended where onEnd is given. */
export function SessionList({ sessions, pending = false, onEnd }: {
  readonly sessions: readonly SessionPartsFragment[];
  readonly pending?: boolean;
  readonly onEnd?: (id: string) => void;
}) {
  const { t } = useI18n();
  if (sessions.length === 0) return <p className="soft">{t('session.none')}</p>;
  return (
    <ul className="plain-list latest">
      {sessions.map((session) => (
        <li key={session.id} className="row between">
          <div>
            <p className="row">
              <span className="strong" title={session.agent}>{agentName(session.agent) || t('session.unknown')}</span>
              {session.current ? <Badge tone="good" icon="done">{t('session.this')}</Badge> : null}
            </p>
            <p className="small soft">
              {t('session.line', { means: t(`means.${session.means}`), began: formatTime(session.beganAt), seen: formatTime(session.seenAt), address: session.address || '–' })}
            </p>
            <p className="small soft">{t('session.until', { time: formatTime(session.expiresAt) })}</p>
          </div>
          {onEnd && !session.current ? (
            <button
              type="button" className="button" disabled={pending} aria-label={t('session.endOf', { agent: agentName(session.agent), time: formatTime(session.beganAt) })}
              onClick={() => onEnd(session.id)}
            >
              {t('session.end')}
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
