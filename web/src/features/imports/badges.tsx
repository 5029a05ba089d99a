import type { ImportAction, ImportSeverity, ImportState } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import { Badge, type Tone } from '../../ui/Badge';
import type { IconName } from '../../ui/icons';

const STATES: Readonly<Record<ImportState, readonly [Tone, IconName]>> = {
  MAPPING: ['warn', 'warning'],
  CHECKING: ['info', 'running'],
  CHECKED: ['info', 'info'],
  ACCEPTING: ['info', 'running'],
  ACCEPTED: ['good', 'done'],
  UNDOING: ['info', 'running'],
  UNDONE: ['quiet', 'moved'],
  CANCELLED: ['quiet', 'close'],
  FAILED: ['bad', 'warning'],
};

export function ImportStateBadge({ state }: { readonly state: ImportState }) {
  const { t } = useI18n();
  const [tone, icon] = STATES[state];
  return <Badge tone={tone} icon={icon}>{t(`importState.${state}`)}</Badge>;
}

const SEVERITIES: Readonly<Record<ImportSeverity, readonly [Tone, IconName]>> = {
  ERROR: ['bad', 'blocked'],
  WARNING: ['warn', 'warning'],
  LEFT_OUT: ['quiet', 'info'],
};

export function SeverityBadge({ severity }: { readonly severity: ImportSeverity }) {
  const { t } = useI18n();
  const [tone, icon] = SEVERITIES[severity];
  return <Badge tone={tone} icon={icon}>{t(`importSeverity.${severity}`)}</Badge>;
}

const ACTIONS: Readonly<Record<ImportAction, readonly [Tone, IconName]>> = {
  CREATE: ['good', 'done'],
  CHANGE: ['info', 'moved'],
  EXISTING: ['quiet', 'dot'],
  BAD: ['bad', 'blocked'],
};

export function ActionBadge({ action }: { readonly action: ImportAction }) {
  const { t } = useI18n();
  const [tone, icon] = ACTIONS[action];
  return <Badge tone={tone} icon={icon}>{t(`importAction.${action}`)}</Badge>;
}
