import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { MoneyUnit, Register } from '../../graphql/schema.gen';
import { operation } from '../../graphql/query';
import { useI18n } from '../../i18n';
import { Icon } from '../../ui/icons';
import { Refusal } from '../../ui/Refusal';
import { Loaded, Skeleton } from '../../ui/states';
import { TableRegion } from '../../ui/table';
import { useImportActions } from './actions';
import { ImportProposalDocument, type ImportRecordFragment } from './import.gen';
import {
  type Column, type Draft, type Drafts, type FieldOf, missing, partOf, PARTS, readingInput, sameRows, withConstant, withField, withMapping, withUnit,
} from './mapping';
import { importFieldsQuery, importPreviewQuery } from './queries';

/** Which column means what, shown on the first rows of the file, until it is right. */
export function Mapping({ record, open, onMapped }: {
  readonly record: ImportRecordFragment;
  readonly open: boolean;
  readonly onMapped: () => void;
}) {
  const { t, integer } = useI18n();
  const { cases = null, events = null, records = null } = record.reading ?? {};
  const stored: Drafts = { cases, events, records };
  const [drafts, setDrafts] = useState<Drafts>(stored);
  const [keep, setKeep] = useState(true);
  const { map } = useImportActions(record);
  const parts = PARTS.flatMap((part) => drafts[part] ?? []);
  const columns = parts.flatMap((draft) => draft.columns);
  const set = (draft: Draft) => setDrafts(withMapping(drafts, draft));
  const changed = PARTS.some((part) => drafts[part] !== stored[part]);
  return (
    <details className="card" open={record.state === 'MAPPING' || open}>
      <summary>
        <h2>{t('mapping.title')}</h2>{' '}
        <span className="soft">
          {t('mapping.share', { n: integer(columns.filter(({ field }) => field !== null).length), all: integer(columns.length) })}
          {record.keptMapping ? ` · ${t('mapping.kept')}` : null}
        </span>
      </summary>
      <div className="stack">
        <p className="soft prose">{t('mapping.help')}</p>
        {parts.map((draft) => (
          <RegisterMapping
            key={draft.register} record={record} draft={draft} stored={stored[partOf(draft)]} onChange={set}
            {...(parts.length > 1 ? { onRemove: () => setDrafts({ ...drafts, [partOf(draft)]: null }) } : {})}
          />
        ))}
        <AddRegister record={record} others={Register.filter((register) => !parts.some((draft) => draft.register === register))} onChange={set} />
        <div className="row">
          <button
            type="button" className={changed || record.state === 'MAPPING' ? 'button primary' : 'button'} disabled={parts.length === 0 || map.isPending}
            onClick={() => map.mutate({ reading: readingInput(drafts), keep }, { onSuccess: onMapped })}
          >
            {t('mapping.check')}
          </button>
          <label className="check"><input type="checkbox" checked={keep} onChange={(event) => setKeep(event.target.checked)} />{t('mapping.keep')}</label>
        </div>
        {map.error ? <Refusal error={map.error} /> : null}
      </div>
    </details>
  );
}

interface Part {
  readonly record: ImportRecordFragment;
  readonly onChange: (draft: Draft) => void;
}

/** Sheet and row of the headers; the program proposes anew what the columns mean. */
function Place({ record, register, sheet, headerRow, label, onChange, children }: Part & {
  readonly register: Register;
  readonly sheet: string | null;
  readonly headerRow: number;
  readonly label: string;
  readonly children?: ReactNode;
}) {
  const { t } = useI18n();
  const id = useId();
  const client = useQueryClient();
  const [place, setPlace] = useState({ sheet, headerRow: String(headerRow) });
  const row = Number(place.headerRow);
  const valid = Number.isInteger(row) && row >= 1;
  const propose = useMutation({
    mutationFn: () => client.fetchQuery(operation(ImportProposalDocument, { id: record.id, register, sheet: place.sheet, headerRow: row })),
    onSuccess: ({ importProposal }) => onChange(importProposal),
  });
  return (
    <>
      <div className="row end">
        {record.sheets.length > 1 ? (
          <div className="field">
            <label htmlFor={`${id}-sheet`}>{t('import.sheet')}</label>
            <select id={`${id}-sheet`} className="select" value={place.sheet ?? ''} onChange={(event) => setPlace({ ...place, sheet: event.target.value })}>
              {record.sheets.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </div>
        ) : null}
        <div className="field">
          <label htmlFor={`${id}-row`}>{t('mapping.headerRow')}</label>
          <input
            id={`${id}-row`} className="input short" inputMode="numeric" value={place.headerRow} aria-invalid={!valid}
            onChange={(event) => setPlace({ ...place, headerRow: event.target.value.trim() })}
          />
        </div>
        <button type="button" className="button" disabled={!valid || propose.isPending} onClick={() => propose.mutate()}>{label}</button>
        {children}
      </div>
      {propose.error ? <Refusal error={propose.error} /> : null}
    </>
  );
}

function AddRegister({ record, others, onChange }: Part & { readonly others: readonly Register[] }) {
  const { t } = useI18n();
  const id = useId();
  const [chosen, setChosen] = useState<Register>();
  const register = others.find((other) => other === chosen) ?? others[0];
  if (!register) return null;
  return (
    <details className="more">
      <summary>{t('mapping.add')}</summary>
      <Place record={record} register={register} sheet={record.sheets[0] ?? null} headerRow={1} label={t('mapping.propose')} onChange={onChange}>
        <div className="field">
          <label htmlFor={id}>{t('mapping.register')}</label>
          <select id={id} className="select" value={register} onChange={(event) => setChosen(others.find((other) => other === event.target.value))}>
            {others.map((other) => <option key={other} value={other}>{t(`register.${other}`)}</option>)}
          </select>
        </div>
      </Place>
    </details>
  );
}

function RegisterMapping({ record, draft, stored, onChange, onRemove }: Part & {
  readonly draft: Draft;
  readonly stored: Draft | null;
  readonly onRemove?: () => void;
}) {
  const { t } = useI18n();
  const { register } = draft;
  const fields = useQuery(importFieldsQuery(register));
  return (
    <section className="stack" aria-label={t(`register.${register}`)}>
      <h3>{t(`register.${register}`)}</h3>
      <Place
        key={`${draft.sheet}/${draft.headerRow}`} record={record} register={register} sheet={draft.sheet} headerRow={draft.headerRow}
        label={t('mapping.proposeAgain')} onChange={onChange}
      >
        {onRemove ? <button type="button" className="button" onClick={onRemove}>{t('mapping.remove')}</button> : null}
      </Place>
      <Loaded query={fields} skeleton={<Skeleton lines={6} />}>
        {({ importFields }) => (
          <>
            <ColumnTable record={record} draft={draft} fields={importFields} shown={sameRows(draft, stored)} onChange={onChange} />
            <Constants draft={draft} fields={importFields} onChange={onChange} />
          </>
        )}
      </Loaded>
      <label className="check">
        <input type="checkbox" checked={draft.formulas} onChange={(event) => onChange({ ...draft, formulas: event.target.checked })} />
        {t('mapping.formulas')}
      </label>
    </section>
  );
}

function ColumnTable({ record, draft, fields, shown, onChange }: Part & {
  readonly draft: Draft;
  readonly fields: readonly FieldOf[];
  readonly shown: boolean;
}) {
  const { t } = useI18n();
  const { register } = draft;
  const preview = useQuery({ ...importPreviewQuery(record.id, register, record.version), enabled: shown && record.fileKept });
  const rows = shown ? preview.data?.import?.preview ?? [] : [];
  return (
    <TableRegion label={t('mapping.columns', { register: t(`register.${register}`) })} busy={preview.isFetching}>
      <thead>
        <tr>
          <th scope="col" className="top">{t('import.row')}</th>
          {draft.columns.map(({ column, letter, title }) => (
            <th key={column} scope="col" className="mapped"><span className="soft">{letter}</span> {title}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr className="choices">
          <th scope="row" className="normal">{t('mapping.field')}</th>
          {draft.columns.map((column) => (
            <td key={column.column}><Choice column={column} draft={draft} fields={fields} onChange={onChange} /></td>
          ))}
        </tr>
        {rows.map(({ number, cells, leftOut }) => (
          <tr key={number} className={leftOut ? 'left-out' : undefined}>
            <th scope="row" className="num normal">{number}{leftOut ? <small className="block soft">{leftOut}</small> : null}</th>
            {draft.columns.map(({ column, field }) => <td key={column} className={field ? 'cell' : 'cell soft'}>{cells[column - 1]}</td>)}
          </tr>
        ))}
      </tbody>
    </TableRegion>
  );
}

/** What one column means, and for money in what its amounts are given. */
function Choice({ column, draft, fields, onChange }: {
  readonly column: Column;
  readonly draft: Draft;
  readonly fields: readonly FieldOf[];
  readonly onChange: (draft: Draft) => void;
}) {
  const { t } = useI18n();
  const name = column.title ?? column.letter;
  const field = fields.find(({ code }) => code === column.field);
  return (
    <div className="stack tight">
      <select
        className={column.field ? 'select' : 'select soft'} aria-label={t('mapping.meaning', { column: name })} title={field?.help ?? undefined} value={column.field ?? ''}
        onChange={(event) => onChange(withField(draft, column.column, event.target.value || null))}
      >
        <option value="">{t('mapping.none')}</option>
        {fields.map(({ code, header, required }) => <option key={code} value={code}>{required ? `${header} *` : header}</option>)}
      </select>
      {field?.money ? (
        <select
          className="select" aria-label={t('mapping.unit', { column: name })} value={column.unit ?? 'DONG'}
          onChange={(event) => onChange(withUnit(draft, column.column, MoneyUnit.find((unit) => unit === event.target.value) ?? null))}
        >
          {MoneyUnit.map((unit) => <option key={unit} value={unit}>{t(`moneyUnit.${unit}`)}</option>)}
        </select>
      ) : null}
    </div>
  );
}

/** What every row has in common because the file does not repeat it: the unit of a book, for instance. */
function Constants({ draft, fields, onChange }: {
  readonly draft: Draft;
  readonly fields: readonly FieldOf[];
  readonly onChange: (draft: Draft) => void;
}) {
  const { t } = useI18n();
  const wanted = missing(draft, fields);
  // A field that was asked for stays in its place while its value is typed.
  const [asked, setAsked] = useState<readonly string[]>(wanted.map(({ code }) => code));
  const constants = new Map(draft.constants.map(({ field, value }) => [field, value]));
  const shown = fields.filter(({ code }) => constants.has(code) || wanted.some((field) => field.code === code)
    || (asked.includes(code) && !draft.columns.some(({ field }) => field === code)));
  const others = fields.filter((field) => !shown.includes(field) && !draft.columns.some((column) => column.field === field.code));
  return (
    <fieldset className="stack">
      <legend className="strong">{t('mapping.constants')}</legend>
      {wanted.length > 0 ? (
        <p className="notice warn" role="status"><Icon name="warning" />{t('mapping.missing', { fields: wanted.map(({ header }) => header).join(', ') })}</p>
      ) : null}
      <div className="filter-grid">
        {shown.map((field) => (
          <Constant key={field.code} field={field} value={constants.get(field.code) ?? ''} onChange={(value) => onChange(withConstant(draft, field.code, value))} />
        ))}
        <div className="field">
          <label htmlFor={`add-${draft.register}`}>{t('mapping.addConstant')}</label>
          <select id={`add-${draft.register}`} className="select" value="" onChange={(event) => setAsked([...asked, event.target.value])}>
            <option value="">{t('mapping.chooseField')}</option>
            {others.map(({ code, header }) => <option key={code} value={code}>{header}</option>)}
          </select>
        </div>
      </div>
    </fieldset>
  );
}

function Constant({ field, value, onChange }: { readonly field: FieldOf; readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useI18n();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{field.required ? `${field.header} *` : field.header}</label>
      {field.choices.length > 0 ? (
        <select id={id} className="select" value={value} aria-describedby={`${id}-note`} onChange={(event) => onChange(event.target.value)}>
          <option value="">{t('mapping.noConstant')}</option>
          {field.choices.map((choice) => <option key={choice} value={choice}>{choice}</option>)}
        </select>
      ) : (
        <input id={id} className="input" value={value} placeholder={field.example ?? undefined} aria-describedby={`${id}-note`} onChange={(event) => onChange(event.target.value)} />
      )}
      <span className="hint" id={`${id}-note`}>{field.help}</span>
    </div>
  );
}
