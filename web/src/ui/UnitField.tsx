import { asTree, useUnits } from '../graphql/units';
import { useI18n } from '../i18n';
import { formatDate } from '../lib/format';
import { SelectField } from './fields';

/** Chooses a unit; those below another are indented. Until the units are there, the choice made stays as it is. */
export function UnitField({ label, all, value, onChange }: {
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly onChange: (id: string | undefined) => void;
}) {
  const { t } = useI18n();
  const units = useUnits();
  const options = asTree(units.data?.units.nodes ?? []).map(({ unit, depth }) => ({
    value: unit.id,
    label: `${'\u2003'.repeat(depth)}${unit.shortName}${unit.validTo === null ? '' : ` (${t('unit.until', { date: formatDate(unit.validTo) })})`}`,
  }));
  if (value !== undefined && !options.some((option) => option.value === value)) {
    options.push({ value, label: units.isPending ? t('state.loading') : t('unit.unknown') });
  }
  return <SelectField label={label} all={all} value={value} options={options} onChange={onChange} />;
}
