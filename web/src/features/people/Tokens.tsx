import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { act } from '../../graphql/act';
import type { Right, Role } from '../../graphql/schema.gen';
import { asTree, useUnits } from '../../graphql/units';
import { useI18n } from '../../i18n';
import { formatTime } from '../../lib/format';
import { Badge } from '../../ui/Badge';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { MultiField } from '../../ui/fields';
import { Refusal } from '../../ui/Refusal';
import { OnceShown } from './Once';
import { TokenRevokeDocument } from './person.gen';
import { type ProfilePartsFragment, TokenCreateDocument, type TokenPartsFragment } from './profile.gen';
import { profileQuery } from './queries';

/** The secrets by which programs act for somebody, those that ended at the end and folded away. */
export function TokenList({ tokens, onChanged }: { readonly tokens: readonly TokenPartsFragment[]; readonly onChanged: () => unknown }) {
  const { t } = useI18n();
  const revoke = useMutation({ mutationFn: (id: string) => act(TokenRevokeDocument, { input: { id } }), onSuccess: onChanged });
  const [now] = useState(() => Date.now());
  const works = (token: TokenPartsFragment) => token.revokedAt === null && Date.parse(token.expiresAt) > now;
  const ended = tokens.filter((token) => !works(token));
  return (
    <>
      {revoke.error ? <Refusal error={revoke.error} /> : null}
      {tokens.length === ended.length ? <p className="soft">{t('token.none')}</p> : (
        <ul className="plain-list latest">
          {tokens.filter(works).map((token) => (
            <li key={token.id} className="row between">
              <TokenLine token={token} />
              <ConfirmButton
                label={t('token.revoke')} name={t('token.revokeOf', { name: token.name })} title={t('token.revokeOf', { name: token.name })} text={t('token.revokeText')}
                disabled={revoke.isPending} onConfirm={() => revoke.mutate(token.id)}
              />
            </li>
          ))}
        </ul>
      )}
      {ended.length > 0 ? (
        <details className="more">
          <summary>{t('token.ended', { n: String(ended.length) })}</summary>
          <ul className="plain-list">{ended.map((token) => <li key={token.id}><TokenLine token={token} /></li>)}</ul>
        </details>
      ) : null}
    </>
  );
}

function TokenLine({ token }: { readonly token: TokenPartsFragment }) {
  const { t } = useI18n();
  const narrowed = [...token.roles.map((role) => t(`role.${role}`)), ...token.units.map(({ shortName }) => shortName)];
  return (
    <div>
      <p className="row">
        <span className="strong">{token.name}</span>
        {token.revokedAt === null ? null : <Badge tone="bad" icon="close">{t('token.revokedAt', { time: formatTime(token.revokedAt) })}</Badge>}
      </p>
      <p className="small">{token.rights.map((right) => t(`right.${right}`)).join(' · ')}</p>
      {narrowed.length > 0 ? <p className="small">{t('token.only', { what: narrowed.join(', ') })}</p> : null}
      <p className="small soft">
        {t('token.line', { made: formatTime(token.madeAt), until: formatTime(token.expiresAt), used: token.lastUsedAt === null ? t('token.neverUsed') : formatTime(token.lastUsedAt) })}
      </p>
    </div>
  );
}

const DAYS = { least: 1, most: 366, usual: 90 } as const;

/** Makes a token of one's own rights or fewer. */
export function TokenForm({ me }: { readonly me: Pick<ProfilePartsFragment, 'rights' | 'grants'> }) {
  const { t } = useI18n();
  const id = useId();
  const client = useQueryClient();
  const units = useUnits();
  const [name, setName] = useState('');
  const [rights, setRights] = useState<readonly Right[]>([]);
  const [roles, setRoles] = useState<readonly Role[]>([]);
  const [within, setWithin] = useState<readonly string[]>([]);
  const [days, setDays] = useState<number>(DAYS.usual);
  const held = [...new Set(me.grants.filter(({ current }) => current).map(({ role }) => role))];
  // Managing accounts is never a program's; what everybody may do needs no asking.
  const choices = me.rights.filter((right) => right !== 'PUBLIC' && right !== 'SIGNED_IN' && right !== 'MANAGE_ACCOUNTS');
  const create = useMutation({
    mutationFn: () => act(TokenCreateDocument, { input: { name: name.trim(), rights, days, ...(roles.length > 0 ? { roles } : {}), ...(within.length > 0 ? { units: within } : {}) } }),
    gcTime: 0,
    onSuccess: () => {
      setName('');
      setRights([]);
      return client.invalidateQueries({ queryKey: profileQuery.queryKey });
    },
  });
  const made = create.data?.created;
  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      {made ? <OnceShown label={t('token.secretOf', { name: made.token.name })} text={made.secret} note={t('token.secretNote')} /> : null}
      <div className="filter-grid">
        <div className="field">
          <label htmlFor={`${id}-name`}>{t('token.name')}</label>
          <input id={`${id}-name`} className="input" type="text" required maxLength={60} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor={`${id}-days`}>{t('token.days')}</label>
          <input
            id={`${id}-days`} className="input" type="number" required min={DAYS.least} max={DAYS.most} step={1} value={Number.isNaN(days) ? '' : days}
            onChange={(event) => setDays(event.target.valueAsNumber)}
          />
        </div>
        {held.length > 1 ? (
          <MultiField label={t('token.roles')} all={t('token.allRoles')} value={roles} options={held.map((role) => ({ value: role, label: t(`role.${role}`) }))} onChange={setRoles} />
        ) : null}
        <MultiField
          label={t('token.units')} all={t('token.allUnits')} value={within} onChange={setWithin}
          options={asTree(units.data?.units.nodes ?? []).map(({ unit, depth }) => ({ value: unit.id, label: `${'\u2003'.repeat(depth)}${unit.shortName}` }))}
        />
      </div>
      <fieldset className="field">
        <legend className="label">{t('token.rights')}</legend>
        {choices.map((right) => (
          <label key={right} className="check">
            <input type="checkbox" checked={rights.includes(right)} onChange={(event) => setRights(choices.filter((one) => (one === right ? event.target.checked : rights.includes(one))))} />
            {t(`right.${right}`)}
          </label>
        ))}
      </fieldset>
      {create.error ? <Refusal error={create.error} /> : null}
      <div className="row"><button type="submit" className="button primary" disabled={create.isPending || rights.length === 0}>{t('token.create')}</button></div>
    </form>
  );
}
