// What a page shows when it has nothing to show: still loading, empty, refused, failed. Every query goes through
// <Loaded>, so that none of the four can be forgotten.
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { BAD_RESPONSE, GraphQLFailure, UNREACHABLE } from '../graphql/client';
import { type PlainKey, useI18n } from '../i18n';
import { Icon, type IconName } from './icons';
import { PageHead } from './Page';

export function Skeleton({ lines = 3, label }: { readonly lines?: number; readonly label?: string }) {
  const { t } = useI18n();
  return (
    <output className="loading">
      <span className="visually-hidden">{label ?? t('state.loading')}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="skeleton line" style={{ width: `${95 - ((line * 17) % 40)}%` }} />
      ))}
    </output>
  );
}

export function State({ icon, title, children }: {
  readonly icon: IconName;
  readonly title?: string | undefined;
  readonly children?: ReactNode;
}) {
  return <div className="state"><Icon name={icon} />{title === undefined ? null : <h2>{title}</h2>}{children}</div>;
}

/** Codes a person can do something about. Whatever else the server says is a fault, with an id to quote. */
const KNOWN: Readonly<Record<string, { readonly icon: IconName; readonly title: PlainKey; readonly text: PlainKey }>> = {
  UNAUTHENTICATED: { icon: 'lock', title: 'state.signedOut', text: 'state.signedOutText' },
  FORBIDDEN: { icon: 'lock', title: 'state.forbidden', text: 'state.forbiddenText' },
  LEDGER_BUILDING: { icon: 'waiting', title: 'state.building', text: 'state.buildingText' },
  UNAVAILABLE: { icon: 'waiting', title: 'state.unavailable', text: 'state.unavailableText' },
  TIMEOUT: { icon: 'waiting', title: 'state.timeout', text: 'state.timeoutText' },
  [UNREACHABLE]: { icon: 'warning', title: 'state.unreachable', text: 'state.unreachableText' },
};

/** What went wrong and what to do about it. Where it takes the place of a whole page, it brings the page's heading. */
export function ErrorState({ error, onRetry, wholePage = false }: {
  readonly error: Error;
  readonly onRetry?: () => void;
  readonly wholePage?: boolean;
}) {
  const { t } = useI18n();
  const failure = error instanceof GraphQLFailure ? error : undefined;
  const known = failure ? KNOWN[failure.code] : undefined;
  return (
    <div role="alert">
      {wholePage ? <PageHead title={t(known?.title ?? 'state.failed')} /> : null}
      <State icon={known?.icon ?? 'warning'} title={wholePage ? undefined : t(known?.title ?? 'state.failed')}>
        <p>{t(known?.text ?? 'state.failedText')}</p>
        {failure && failure.code !== UNREACHABLE ? (
          <p className="small">
            {failure.code === BAD_RESPONSE ? failure.message : failure.code}
            {failure.requestId ? ` · ${t('state.requestId', { id: failure.requestId })}` : null}
          </p>
        ) : null}
        {onRetry ? <button type="button" className="button" onClick={onRetry}>{t('action.retry')}</button> : null}
      </State>
    </div>
  );
}

export function EmptyState({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return <State icon="empty" title={title}>{children}</State>;
}

/** Renders the data of a query; its skeleton before, its error instead. Data already there outlives a failed refresh. */
export function Loaded<Data>({ query, skeleton, wholePage = false, children }: {
  readonly query: UseQueryResult<Data>;
  readonly skeleton?: ReactNode;
  /** Whether the page has no heading without these data, so that an error has to bring one. */
  readonly wholePage?: boolean;
  readonly children: (data: Data) => ReactNode;
}) {
  const { t } = useI18n();
  if (query.data !== undefined) {
    return (
      <>
        {query.error ? <p className="notice warn" role="alert"><Icon name="warning" />{t('state.stale')}</p> : null}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} wholePage={wholePage} />;
  return skeleton ?? <Skeleton />;
}
