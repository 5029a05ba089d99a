import type { ConferenceState, FigureVerdict, TaskState } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import { Badge, type Tone } from '../../ui/Badge';
import type { IconName } from '../../ui/icons';

const CONFERENCE: Readonly<Record<ConferenceState, readonly [Tone, IconName]>> = {
  RECORDED: ['info', 'dot'],
  CONCLUDED: ['good', 'done'],
  VOIDED: ['bad', 'close'],
};

export function ConferenceStateBadge({ state }: { readonly state: ConferenceState }) {
  const { t } = useI18n();
  const [tone, icon] = CONFERENCE[state] ?? ['quiet', 'dot'];
  return <Badge tone={tone} icon={icon}>{t(`conferenceState.${state}`)}</Badge>;
}

const TASK: Readonly<Record<TaskState, readonly [Tone, IconName]>> = {
  NOT_STARTED: ['quiet', 'dot'],
  IN_PROGRESS: ['info', 'running'],
  DONE: ['good', 'done'],
  CANCELLED: ['quiet', 'stopped'],
  VOIDED: ['bad', 'close'],
};

export function TaskStateBadge({ state }: { readonly state: TaskState }) {
  const { t } = useI18n();
  const [tone, icon] = TASK[state] ?? ['quiet', 'dot'];
  return <Badge tone={tone} icon={icon}>{t(`taskState.${state}`)}</Badge>;
}

const VERDICT: Readonly<Record<FigureVerdict, readonly [Tone, IconName]>> = {
  MATCHES: ['good', 'done'],
  DIFFERS: ['warn', 'dot'],
  NOT_COMPUTABLE: ['quiet', 'stopped'],
};

export function VerdictBadge({ verdict }: { readonly verdict: FigureVerdict }) {
  const { t } = useI18n();
  const [tone, icon] = VERDICT[verdict] ?? ['quiet', 'dot'];
  return <Badge tone={tone} icon={icon}>{t(`figureVerdict.${verdict}`)}</Badge>;
}
