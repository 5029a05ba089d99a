import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { act } from '../../graphql/act';
import { useSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import '../../i18n/vi.people';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { Icon } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { Refusal } from '../../ui/Refusal';
import { Loaded, Skeleton } from '../../ui/states';
import { GrantLine } from './Grants';
import { PasswordForm } from './PasswordForm';
import { type ProfilePartsFragment, SessionEndDocument, SessionEndOthersDocument } from './profile.gen';
import { profileQuery } from './queries';
import { SecondFactor } from './SecondFactor';
import { SessionList } from './Sessions';
import { TokenForm, TokenList } from './Tokens';

/** One's own account: who one is and may do, how one signs in, where one is signed in, which programs act for one. */
export function ProfilePage() {
  const { t } = useI18n();
  const search = useSearch({ from: '/profile' });
  const query = useQuery(profileQuery);
  const me = query.data?.me;
  return (
    <>
      <PageHead title={t('app.profile')} sub={me ? t('profile.sub', { name: me.name, account: me.account }) : t('state.loading')} />
      {search.linked ? <p className="notice section" role="status"><Icon name="done" />{t('provider.done')}</p> : null}
      {search.problem ? <p className="notice bad section" role="alert"><Icon name="warning" />{t(`linkProblem.${search.problem}`)}</p> : null}
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={12} /></div>}>
        {(data) => (data.me ? <Profile me={data.me} /> : null)}
      </Loaded>
    </>
  );
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return <section className="card" aria-labelledby={id}><h2 id={id}>{title}</h2><div className="stack">{children}</div></section>;
}

function Profile({ me }: { readonly me: ProfilePartsFragment }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const rights = me.rights.filter((right) => right !== 'PUBLIC' && right !== 'SIGNED_IN');
  return (
    <div className="two-columns">
      <div className="stack">
        <Card title={t('profile.roles')}>
          <ul className="plain-list">{me.grants.map((grant) => <li key={grant.id}><GrantLine grant={grant} /></li>)}</ul>
          <h3 className="soft">{t('profile.rights')}</h3>
          {rights.length === 0 ? <p className="soft">{t('profile.noRights')}</p> : <ul className="points">{rights.map((right) => <li key={right}>{t(`right.${right}`)}</li>)}</ul>}
          <p><Link to="/roles">{t('roles.title')}</Link></p>
        </Card>
        <Card title={t('password.title')}><PasswordForm me={me} /></Card>
        <Card title={t('factor.title')}><SecondFactor me={me} /></Card>
        <Provider me={me} />
      </div>
      <div className="stack">
        <Card title={t('session.title')}><Sessions me={me} /></Card>
        <Card title={t('token.title')}>
          <p className="soft prose">{t('token.what')}</p>
          <TokenList tokens={me.tokens} onChanged={() => client.invalidateQueries({ queryKey: profileQuery.queryKey })} />
          <details className="more">
            <summary>{t('token.new')}</summary>
            <TokenForm me={me} />
          </details>
        </Card>
      </div>
    </div>
  );
}

function Sessions({ me }: { readonly me: ProfilePartsFragment }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: profileQuery.queryKey });
  const end = useMutation({ mutationFn: (id: string) => act(SessionEndDocument, { input: { id } }), onSuccess });
  const endOthers = useMutation({ mutationFn: () => act(SessionEndOthersDocument, { input: { confirm: true } }), onSuccess });
  const error = end.error ?? endOthers.error;
  return (
    <div className="stack">
      {error ? <Refusal error={error} /> : null}
      <SessionList sessions={me.sessions} pending={end.isPending} onEnd={(id) => end.mutate(id)} />
      {me.sessions.some(({ current }) => !current) ? (
        <div className="row">
          <ConfirmButton label={t('session.endOthers')} title={t('session.endOthersTitle')} text={t('session.endOthersText')} disabled={endOthers.isPending} onConfirm={() => endOthers.mutate()} />
        </div>
      ) : null}
    </div>
  );
}

/** The identity at the provider of OpenID Connect: which, or how to tie one. */
function Provider({ me }: { readonly me: ProfilePartsFragment }) {
  const { t } = useI18n();
  const provider = useSession().data?.system.signInProvider ?? null;
  if (provider === null && me.providerSubject === null) return null;
  return (
    <Card title={t('provider.title')}>
      <p>{me.providerSubject === null ? t('provider.none', { name: provider ?? '' }) : t('provider.tied', { subject: me.providerSubject })}</p>
      {provider !== null && me.providerSubject === null ? (
        // A form: what changes an account does not happen by following a link.
        <form method="post" action="/oidc/start?link=1"><button type="submit" className="button">{t('provider.tie', { name: provider })}</button></form>
      ) : null}
    </Card>
  );
}
