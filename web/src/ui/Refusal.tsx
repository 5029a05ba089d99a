import { Refused } from '../graphql/act';
import { GraphQLFailure, UNREACHABLE } from '../graphql/client';
import { useI18n } from '../i18n';
import { Icon } from './icons';

/** Why an action was not taken, beside it. */
export function Refusal({ error, what }: { readonly error: Error; readonly what?: string | undefined }) {
  const { t } = useI18n();
  const failure = error instanceof GraphQLFailure ? error : undefined;
  const reasons = error instanceof Refused ? error.refusals.map(({ message }) => message)
    : [failure && failure.code !== UNREACHABLE && failure.message ? failure.message : t('state.unreachable')];
  return (
    <div className="notice bad" role="alert">
      <Icon name="warning" />
      <div>
        {what ? <strong>{what}</strong> : null}
        {reasons.map((reason) => <p key={reason}>{reason}</p>)}
        {failure?.requestId ? <p className="small">{t('state.requestId', { id: failure.requestId })}</p> : null}
      </div>
    </div>
  );
}
