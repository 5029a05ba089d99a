import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { act } from '../../graphql/act';
import { Role } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import '../../i18n/vi.people';
import { formatTime } from '../../lib/format';
import { compact } from '../../lib/search';
import { Badge } from '../../ui/Badge';
import { SelectField, TextField } from '../../ui/fields';
import { PageHead } from '../../ui/Page';
import { Refusal } from '../../ui/Refusal';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { Pager, TableRegion } from '../../ui/table';
import { UnitField } from '../../ui/UnitField';
import { type DraftGrant, GrantFields, grantInput } from './Grants';
import { OnceShown } from './Once';
import { type PeopleQuery, UserInviteDocument } from './people.gen';
import { peopleQuery } from './queries';
import type { PeopleSearch } from './search';

/** Who may sign in, and as what. */
export function PeopleList() {
  const { t, integer } = useI18n();
  const search = useSearch({ from: '/people' });
  const navigate = useNavigate({ from: '/people' });
  const query = useQuery({ ...peopleQuery(search), placeholderData: keepPreviousData });
  const { after: _after, before: _before, ...filter } = search;
  // Another filter is another list: one begins at its start.
  const show = (next: PeopleSearch) => void navigate({ search: compact(next) });
  return (
    <>
      <PageHead title={t('room.people')} sub={t('people.sub')}>
        <Link className="button" to="/roles">{t('roles.title')}</Link>
      </PageHead>
      <Invite />
      <search className="filters" aria-label={t('people.filters')}>
        <div className="filter-grid">
          <TextField label={t('people.q')} value={search.q} onChange={(q) => show({ ...filter, q })} />
          <SelectField
            label={t('grant.role')} all={t('people.anyRole')} value={search.role} options={Role.map((role) => ({ value: role, label: t(`role.${role}`) }))}
            onChange={(role) => show({ ...filter, role })}
          />
          <UnitField label={t('grant.unit')} all={t('people.anyUnit')} value={search.unit} onChange={(unit) => show({ ...filter, unit })} />
          <SelectField
            label={t('people.state')} all={t('people.anyState')} value={search.disabled}
            options={[{ value: 'no', label: t('people.enabled') }, { value: 'yes', label: t('people.disabled') }]} onChange={(disabled) => show({ ...filter, disabled })}
          />
        </div>
      </search>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={8} /></div>}>
        {({ users: { nodes, totalCount, pageInfo } }) => (nodes.length === 0 ? <EmptyState title={t('people.none')} /> : (
          <>
            <Table nodes={nodes} busy={query.isPlaceholderData} />
            <Pager
              onFirst={search.after === undefined && search.before === undefined ? undefined : () => show(filter)}
              onPrevious={pageInfo.hasPreviousPage && pageInfo.startCursor !== null ? () => show({ ...filter, before: pageInfo.startCursor ?? undefined }) : undefined}
              onNext={pageInfo.hasNextPage && pageInfo.endCursor !== null ? () => show({ ...filter, after: pageInfo.endCursor ?? undefined }) : undefined}
            >
              {t('people.count', { n: integer(nodes.length), all: integer(totalCount) })}
            </Pager>
          </>
        ))}
      </Loaded>
    </>
  );
}

function Table({ nodes, busy }: { readonly nodes: PeopleQuery['users']['nodes']; readonly busy: boolean }) {
  const { t } = useI18n();
  return (
    <TableRegion label={t('people.title')} busy={busy}>
      <thead>
        <tr>
          <th scope="col">{t('people.name')}</th>
          <th scope="col">{t('people.roles')}</th>
          <th scope="col">{t('people.state')}</th>
          <th scope="col">{t('people.lastSignIn')}</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((user) => {
          const current = user.grants.filter((grant) => grant.current);
          return (
            <tr key={user.id}>
              <th scope="row">
                <Link to="/people/$id" params={{ id: user.id }}>{user.name}</Link>
                <span className="block small soft normal">{user.account}</span>
              </th>
              <td>
                {current.length === 0 ? <span className="soft">{t('people.noRole')}</span> : (
                  <ul>{current.map((grant) => <li key={grant.id}>{t(`role.${grant.role}`)}{grant.unit ? <span className="soft"> · {grant.unit.shortName}</span> : null}</li>)}</ul>
                )}
              </td>
              <td><span className="row"><AccountBadges user={user} /></span></td>
              <td className="num">{user.lastSignInAt === null ? <span className="soft">{t('people.never')}</span> : formatTime(user.lastSignInAt)}</td>
            </tr>
          );
        })}
      </tbody>
    </TableRegion>
  );
}

export function AccountBadges({ user }: {
  readonly user: { readonly disabledAt: string | null; readonly hasPassword: boolean; readonly hasSecondFactor: boolean; readonly lastSignInAt: string | null };
}) {
  const { t } = useI18n();
  return (
    <>
      {user.disabledAt === null
        ? user.lastSignInAt === null ? <Badge tone="info" icon="waiting">{t('people.invited')}</Badge> : <Badge tone="good" icon="done">{t('people.enabled')}</Badge>
        : <Badge tone="bad" icon="blocked">{t('people.disabled')}</Badge>}
      {user.hasSecondFactor ? <Badge tone="quiet" icon="lock">{t('people.secondFactor')}</Badge> : null}
    </>
  );
}

/** Adds an account and shows the link by which its owner comes in. */
function Invite() {
  const { t } = useI18n();
  const id = useId();
  const client = useQueryClient();
  const [account, setAccount] = useState('');
  const [name, setName] = useState('');
  const [grants, setGrants] = useState<readonly DraftGrant[]>([{}]);
  const inputs = grants.map(grantInput);
  const whole = inputs.filter((grant) => grant !== undefined);
  const invite = useMutation({
    mutationFn: () => act(UserInviteDocument, { input: { account: account.trim(), name: name.trim(), grants: whole } }),
    gcTime: 0,
    onSuccess: () => {
      setAccount('');
      setName('');
      setGrants([{}]);
      return client.invalidateQueries({ queryKey: [peopleQuery({}).queryKey[0]] });
    },
  });
  const link = invite.data?.link;
  function submit(event: FormEvent) {
    event.preventDefault();
    invite.mutate();
  }
  return (
    <details className="card section">
      <summary><h2>{t('people.invite')}</h2></summary>
      <form className="stack" onSubmit={submit}>
        {link ? <OneTimeLink link={link} /> : null}
        <div className="filter-grid">
          <div className="field">
            <label htmlFor={`${id}-account`}>{t('people.account')}</label>
            <input
              id={`${id}-account`} className="input" type="text" required maxLength={60} autoComplete="off" autoCapitalize="none" spellCheck={false}
              value={account} aria-describedby={`${id}-hint`} onChange={(event) => setAccount(event.target.value)}
            />
            <span id={`${id}-hint`} className="hint">{t('people.accountHint')}</span>
          </div>
          <div className="field">
            <label htmlFor={`${id}-name`}>{t('people.name')}</label>
            <input id={`${id}-name`} className="input" type="text" required maxLength={200} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
          </div>
        </div>
        {grants.map((grant, index) => (
          // A draft has no identity but its place.
          // oxlint-disable-next-line react/no-array-index-key
          <fieldset key={index} className="field part">
            <legend className="label">{t('grant.nth', { n: String(index + 1) })}</legend>
            <GrantFields value={grant} onChange={(next) => setGrants(grants.map((one, at) => (at === index ? next : one)))} />
            {grants.length > 1 ? (
              <div className="row"><button type="button" className="button" onClick={() => setGrants(grants.filter((_, at) => at !== index))}>{t('grant.drop')}</button></div>
            ) : null}
          </fieldset>
        ))}
        {invite.error ? <Refusal error={invite.error} /> : null}
        <div className="row">
          <button type="submit" className="button primary" disabled={invite.isPending || whole.length < grants.length}>{t('people.inviteDo')}</button>
          <button type="button" className="button" onClick={() => setGrants([...grants, {}])}>{t('grant.another')}</button>
        </div>
      </form>
    </details>
  );
}

/** A one-time link at the address by which this page was reached. */
export function OneTimeLink({ link }: { readonly link: { readonly path: string; readonly expiresAt: string; readonly user: { readonly name: string } } }) {
  const { t } = useI18n();
  return <OnceShown label={t('people.linkOf', { name: link.user.name })} text={location.origin + link.path} note={t('people.linkNote', { time: formatTime(link.expiresAt) })} />;
}
