import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { CaseOrderField, CaseState, CaseTag, Initiation, JudgmentKind } from '../../graphql/schema.gen';
import { useUnits } from '../../graphql/units';
import { type I18n, useI18n } from '../../i18n';
import { formatDate } from '../../lib/format';
import { DateField, DongField, MultiField, SelectField, TextField } from '../../ui/fields';
import { Icon } from '../../ui/icons';
import { UnitField } from '../../ui/UnitField';
import { caseOfficersQuery } from './queries';
import { activeFilters, type CaseSearch, changed, type FilterName, FILTERS, orderOf, sortedBy } from './search';

interface Props {
  readonly search: CaseSearch;
  readonly onChange: (search: CaseSearch) => void;
}

/** Filters that are always in sight on a wide screen; the others unfold. */
const FIRST: ReadonlySet<FilterName> = new Set(['q', 'state', 'live', 'unit']);

export function CaseFilters({ search, onChange, narrow }: Props & { readonly narrow: boolean }) {
  const { t } = useI18n();
  const active = activeFilters(search);
  const set = (change: Partial<CaseSearch>) => onChange(changed(search, change));
  const text = (
    <TextField label={t('cases.filter.q')} placeholder={t('cases.filter.qHint')} value={search.q} onChange={(q) => set({ q })} />
  );
  return (
    <search className="card filters no-print" aria-label={t('cases.filters')}>
      {narrow ? (
        // The list itself is what a phone has room for: everything but the text unfolds, the chips tell what is set.
        <>
          {text}
          <More label={t('cases.filtersAndOrder')} count={active.filter((name) => name !== 'q').length} open={false}>
            <div className="filter-grid">
              <OrderField search={search} onChange={onChange} />
              <FirstFilters search={search} set={set} />
              <MoreFilters search={search} set={set} />
            </div>
          </More>
        </>
      ) : (
        <>
          <div className="filter-grid">{text}<FirstFilters search={search} set={set} /></div>
          <More label={t('cases.moreFilters')} count={active.filter((name) => !FIRST.has(name)).length} open={active.some((name) => !FIRST.has(name))}>
            <div className="filter-grid"><MoreFilters search={search} set={set} /></div>
          </More>
        </>
      )}
      {active.length > 0 ? <Chips search={search} active={active} set={set} /> : null}
    </search>
  );
}

function More({ label, count, open, children }: {
  readonly label: string;
  readonly count: number;
  readonly open: boolean;
  readonly children: ReactNode;
}) {
  const { t, integer } = useI18n();
  return (
    <details className="more" open={open}>
      <summary><Icon name="filter" />{count > 0 ? t('cases.filtersActive', { name: label, n: integer(count) }) : label}</summary>
      {children}
    </details>
  );
}

interface SetProps {
  readonly search: CaseSearch;
  readonly set: (change: Partial<CaseSearch>) => void;
}

function FirstFilters({ search, set }: SetProps) {
  const { t } = useI18n();
  return (
    <>
      <MultiField
        label={t('cases.filter.state')} all={t('cases.filter.anyState')} value={search.state ?? []}
        options={CaseState.map((value) => ({ value, label: t(`caseState.${value}`) }))}
        onChange={(state) => set({ state })}
      />
      <SelectField
        label={t('cases.filter.live')} all={t('cases.filter.anyLive')} value={search.live} onChange={(live) => set({ live })}
        options={[{ value: 'yes', label: t('cases.filter.liveYes') }, { value: 'no', label: t('cases.filter.liveNo') }]}
      />
      <UnitField label={t('cases.filter.unit')} all={t('cases.filter.anyUnit')} value={search.unit} onChange={(unit) => set({ unit })} />
    </>
  );
}

/** The officers of the chosen unit. One who is no longer there but in the address stays chosen, and says so. */
function OfficerField({ search, set }: SetProps) {
  const { t } = useI18n();
  const officers = useQuery(caseOfficersQuery(search.unit));
  const options = (officers.data?.officers.nodes ?? []).map(({ id, name }) => ({ value: id, label: name }));
  if (search.officer !== undefined && !options.some((option) => option.value === search.officer)) {
    options.push({ value: search.officer, label: officers.isPending ? t('state.loading') : t('cases.chip.officer') });
  }
  return (
    <SelectField
      label={t('cases.column.officer')} all={t('cases.filter.anyOfficer')} value={search.officer} options={options}
      onChange={(officer) => set({ officer, unassigned: undefined })}
    />
  );
}

function MoreFilters({ search, set }: SetProps) {
  const { t } = useI18n();
  return (
    <>
      <SelectField
        label={t('cases.filter.kind')} all={t('cases.filter.anyKind')} value={search.kind} onChange={(kind) => set({ kind })}
        options={JudgmentKind.map((value) => ({ value, label: t(`judgmentKind.${value}`) }))}
      />
      <SelectField
        label={t('cases.filter.initiation')} all={t('cases.filter.anyInitiation')} value={search.initiation}
        options={Initiation.map((value) => ({ value, label: t(`initiation.${value}`) }))}
        onChange={(initiation) => set({ initiation })}
      />
      <SelectField
        label={t('cases.filter.tag')} all={t('cases.filter.anyTag')} value={search.tag} onChange={(tag) => set({ tag })}
        options={CaseTag.map((value) => ({ value, label: t(`caseTag.${value}`) }))}
      />
      <OfficerField search={search} set={set} />
      <SelectField
        label={t('cases.filter.unassigned')} all={t('cases.filter.anyAssigned')} value={search.unassigned}
        options={[{ value: 'yes', label: t('cases.unassigned') }]} onChange={(unassigned) => set({ unassigned, officer: undefined })}
      />
      <DateField label={t('cases.filter.from')} value={search.from} onChange={(from) => set({ from })} />
      <DateField label={t('cases.filter.to')} value={search.to} onChange={(to) => set({ to })} />
      <DongField label={t('cases.filter.min')} hint={t('cases.filter.moneyHint')} value={search.min} onChange={(min) => set({ min })} />
      <DongField label={t('cases.filter.max')} value={search.max} onChange={(max) => set({ max })} />
    </>
  );
}

/** On a phone there are no headings to sort by. */
function OrderField({ search, onChange }: Props) {
  const { t } = useI18n();
  return (
    <SelectField
      label={t('cases.order')} all={t('caseOrder.UPDATED_AT')} value={search.sort === 'UPDATED_AT' ? undefined : search.sort}
      options={CaseOrderField.filter((field) => field !== 'UPDATED_AT').map((value) => ({ value, label: t(`caseOrder.${value}`) }))}
      onChange={(field) => onChange(field && orderOf(search).field !== field ? sortedBy(search, field) : changed(search, { sort: field, dir: undefined }))}
    />
  );
}

function chipText(name: FilterName, search: CaseSearch, { t, dongShort }: I18n, unitName: (id: string) => string): string {
  switch (name) {
    case 'q': return t('cases.chip.q', { text: search.q ?? '' });
    case 'state': return (search.state ?? []).map((state) => t(`caseState.${state}`)).join(', ');
    case 'live': return search.live === 'yes' ? t('cases.filter.liveYes') : t('cases.filter.liveNo');
    case 'unit': return unitName(search.unit ?? '');
    case 'officer': return t('cases.chip.officer');
    case 'unassigned': return t('cases.unassigned');
    case 'initiation': return search.initiation ? t(`initiation.${search.initiation}`) : '';
    case 'kind': return search.kind ? t(`judgmentKind.${search.kind}`) : '';
    case 'tag': return search.tag ? t(`caseTag.${search.tag}`) : '';
    case 'from': return t('cases.chip.from', { date: formatDate(search.from ?? '') });
    case 'to': return t('cases.chip.to', { date: formatDate(search.to ?? '') });
    case 'min': return t('cases.chip.min', { amount: dongShort(search.min ?? 0) });
    case 'max': return t('cases.chip.max', { amount: dongShort(search.max ?? 0) });
  }
}

/** What narrows the list, in words, each to be taken off by itself. */
function Chips({ search, active, set }: {
  readonly search: CaseSearch;
  readonly active: readonly FilterName[];
  readonly set: (change: Partial<CaseSearch>) => void;
}) {
  const i18n = useI18n();
  const { t } = i18n;
  const units = useUnits();
  const unitName = (id: string) => units.data?.units.nodes.find((unit) => unit.id === id)?.shortName ?? t('cases.column.unit');
  const none = Object.fromEntries(FILTERS.map((name) => [name, undefined]));
  return (
    <ul className="row chips" aria-label={t('cases.activeFilters')}>
      {active.map((name) => {
        const label = chipText(name, search, i18n, unitName);
        return (
          <li key={name}>
            <button type="button" className="chip" aria-label={t('cases.removeFilter', { name: label })} onClick={() => set({ [name]: undefined })}>
              {label}<Icon name="close" />
            </button>
          </li>
        );
      })}
      <li><button type="button" className="chip plain" onClick={() => set(none)}>{t('cases.clearFilters')}</button></li>
    </ul>
  );
}
