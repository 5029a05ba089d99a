import type { CaseState } from '../graphql/schema.gen';
import { useI18n } from '../i18n';
import { Badge, type Tone } from './Badge';
import type { IconName } from './icons';

const LOOK: Readonly<Record<CaseState, readonly [Tone, IconName]>> = {
  RECEIVED: ['quiet', 'dot'],
  REFUSED: ['bad', 'blocked'],
  VOLUNTARY: ['info', 'waiting'],
  VERIFYING: ['info', 'search'],
  IN_PROGRESS: ['info', 'running'],
  POSTPONED: ['warn', 'waiting'],
  PAUSED: ['warn', 'paused'],
  SUSPENDED: ['warn', 'paused'],
  NOT_ENFORCEABLE: ['warn', 'blocked'],
  SEPARATE_BOOK: ['quiet', 'empty'],
  DONE: ['good', 'done'],
  TERMINATED: ['quiet', 'stopped'],
  REDUCED: ['quiet', 'descending'],
  ENTRUSTED: ['quiet', 'moved'],
  WITHDRAWN: ['quiet', 'ascending'],
  REVOKED: ['bad', 'close'],
  RETURNED: ['quiet', 'previous'],
  VOIDED: ['bad', 'close'],
};

/** Where a case or an obligation stands in law. */
export function CaseStateBadge({ state }: { readonly state: CaseState }) {
  const { t } = useI18n();
  const [tone, icon] = LOOK[state] ?? ['quiet', 'dot'];
  return <Badge tone={tone} icon={icon}>{t(`caseState.${state}`)}</Badge>;
}
