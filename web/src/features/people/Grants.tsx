import { useQuery } from '@tanstack/react-query';
import { Role } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import { formatDate } from '../../lib/format';
import { Badge } from '../../ui/Badge';
import { DateField, SelectField } from '../../ui/fields';
import { UnitField } from '../../ui/UnitField';
import type { GrantInput } from './people.gen';
import type { GrantPartsFragment } from './profile.gen';
import { officersQuery } from './queries';

/** A role with where and as whom it is held, and its term. */
export function GrantLine({ grant }: { readonly grant: GrantPartsFragment }) {
  const { t } = useI18n();
  const place = [grant.unit?.shortName, grant.officer?.name].filter((part) => part !== undefined);
  const from = formatDate(grant.from);
  return (
    <div>
      <p className="row">
        <span className="strong">{t(`role.${grant.role}`)}</span>
        {grant.current ? null : <Badge tone="quiet" icon="stopped">{t('grant.notNow')}</Badge>}
      </p>
      <p className="small soft">
        {[...place, grant.until === null ? t('grant.from', { from }) : t('grant.term', { from, until: formatDate(grant.until) })].join(' · ')}
      </p>
    </div>
  );
}

/** A role as far as it has been described. */
export interface DraftGrant {
  readonly role?: Role | undefined;
  readonly unit?: string | undefined;
  readonly officer?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** What the server is sent; undefined while it is not clear which role is meant. */
export function grantInput({ role, unit, officer, from, until }: DraftGrant): GrantInput | undefined {
  if (role === undefined || (role === 'OFFICER' && officer === undefined)) return undefined;
  return {
    role,
    ...(role !== 'ADMINISTRATOR' && unit !== undefined ? { unit } : {}),
    ...(role === 'OFFICER' && officer !== undefined ? { officer } : {}),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
}

/** Describes a role: which, where, as whom, from when until when. */
export function GrantFields({ value, onChange }: { readonly value: DraftGrant; readonly onChange: (value: DraftGrant) => void }) {
  const { t } = useI18n();
  const officers = useQuery({ ...officersQuery(value.unit), enabled: value.role === 'OFFICER' });
  return (
    <div className="filter-grid">
      <SelectField
        label={t('grant.role')} all={t('grant.choose')} value={value.role} options={Role.map((role) => ({ value: role, label: t(`role.${role}`) }))}
        onChange={(role) => onChange({ ...value, role, officer: undefined })}
      />
      {value.role === 'ADMINISTRATOR' ? null : (
        <UnitField label={t('grant.unit')} all={t('grant.choose')} value={value.unit} onChange={(unit) => onChange({ ...value, unit, officer: undefined })} />
      )}
      {value.role === 'OFFICER' ? (
        <SelectField
          label={t('grant.officer')} all={officers.isPending ? t('state.loading') : t('grant.choose')} value={value.officer}
          options={(officers.data?.officers.nodes ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(officer) => onChange({ ...value, officer })}
        />
      ) : null}
      <DateField label={t('grant.fromDay')} hint={t('grant.fromHint')} value={value.from} onChange={(from) => onChange({ ...value, from })} />
      <DateField label={t('grant.untilDay')} hint={t('grant.untilHint')} value={value.until} onChange={(until) => onChange({ ...value, until })} />
    </div>
  );
}
