import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { act } from '../../graphql/act';
import { useSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import '../../i18n/vi.people';
import { formatTime } from '../../lib/format';
import { ConfirmButton } from '../../ui/ConfirmButton';
import { DateField } from '../../ui/fields';
import { Icon } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { Refusal } from '../../ui/Refusal';
import { EmptyState, Loaded, Skeleton } from '../../ui/states';
import { AccountBadges, OneTimeLink } from './PeopleList';
import { type DraftGrant, GrantFields, GrantLine, grantInput } from './Grants';
import {
  type PersonPartsFragment, UserDisableDocument, UserEnableDocument, UserEndGrantDocument, UserEndSessionsDocument, UserGrantDocument, UserMakeLinkDocument,
  UserRenameDocument, UserResetSecondFactorDocument, UserSetProviderDocument,
} from './person.gen';
import { peopleQuery, personQuery } from './queries';
import { SessionList } from './Sessions';
import { TokenList } from './Tokens';

/** One account: its roles, its ways in, where it is signed in, which programs act for it. */
export function PersonPage() {
  const { t } = useI18n();
  const { id } = useParams({ from: '/people/$id' });
  const query = useQuery(personQuery(id));
  return (
    <>
      <p className="no-print crumb"><Link to="/people"><Icon name="previous" />{t('people.title')}</Link></p>
      <Loaded query={query} skeleton={<div className="card"><Skeleton lines={12} /></div>} wholePage>
        {({ user }) => (user ? <Person key={user.id} user={user} /> : (
          <>
            <PageHead title={t('person.missing')} />
            <EmptyState title={t('person.missingText')}><Link className="button" to="/people">{t('people.title')}</Link></EmptyState>
          </>
        ))}
      </Loaded>
    </>
  );
}

type Step = () => Promise<{ readonly user: PersonPartsFragment | null }>;

/** Runs one change at a time; what it answers takes the place of what was shown. */
function useChanges(id: string) {
  const client = useQueryClient();
  const show = (user: PersonPartsFragment | null | undefined) => {
    if (user) client.setQueryData(personQuery(id).queryKey, { user });
    void client.invalidateQueries({ queryKey: [peopleQuery({}).queryKey[0]] });
  };
  // Where somebody else was quicker, the next attempt is made on what they left.
  const onError = () => client.invalidateQueries({ queryKey: personQuery(id).queryKey });
  const change = useMutation({ mutationFn: (step: Step) => step(), onSuccess: ({ user }) => show(user), onError });
  const link = useMutation({
    mutationFn: (version: number) => act(UserMakeLinkDocument, { input: { id, version } }),
    gcTime: 0,
    onSuccess: (made) => show(made.link?.user),
    onError,
  });
  return { change, link };
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return <section className="card" aria-labelledby={id}><h2 id={id}>{title}</h2><div className="stack">{children}</div></section>;
}

function Person({ user }: { readonly user: PersonPartsFragment }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const session = useSession().data;
  const { change, link } = useChanges(user.id);
  const { id, version } = user;
  const busy = change.isPending || link.isPending;
  const run = (step: Step) => change.mutate(step);
  const error = change.error ?? link.error;
  return (
    <>
      <PageHead title={user.name} sub={<span className="row"><span>{user.account}</span><AccountBadges user={user} /></span>}>
        {user.disabledAt === null ? (
          <ConfirmButton
            label={t('person.disable')} title={t('person.disableTitle', { name: user.name })} text={t('person.disableText')} disabled={busy || session?.me?.id === id}
            onConfirm={() => run(() => act(UserDisableDocument, { input: { id, version } }))}
          />
        ) : (
          <button type="button" className="button" disabled={busy} onClick={() => run(() => act(UserEnableDocument, { input: { id, version } }))}>{t('person.enable')}</button>
        )}
      </PageHead>
      {error ? <Refusal error={error} /> : null}
      {link.data?.link ? <OneTimeLink link={link.data.link} /> : null}
      <div className="two-columns">
        <div className="stack">
          <Card title={t('person.grants')}><Grants user={user} busy={busy} run={run} today={session?.system.today} /></Card>
          <Card title={t('person.rename')}><Rename user={user} busy={busy} run={run} /></Card>
        </div>
        <div className="stack">
          <Card title={t('person.ways')}>
            <dl className="facts">
              <div><dt>{t('password.title')}</dt><dd>{user.hasPassword ? t('person.has') : t('person.hasNot')}</dd></div>
              <div><dt>{t('factor.title')}</dt><dd>{user.hasSecondFactor ? t('person.has') : t('person.hasNot')}</dd></div>
              <div><dt>{t('people.lastSignIn')}</dt><dd className="num">{user.lastSignInAt === null ? t('people.never') : formatTime(user.lastSignInAt)}</dd></div>
              <div><dt>{t('person.addedAt')}</dt><dd className="num">{formatTime(user.addedAt)}</dd></div>
              {user.disabledAt === null ? null : <div><dt>{t('person.disabledAt')}</dt><dd className="num">{formatTime(user.disabledAt)}</dd></div>}
            </dl>
            <div className="row">
              {user.disabledAt === null ? (
                <ConfirmButton label={t('person.makeLink')} title={t('person.makeLinkTitle', { name: user.name })} text={t('person.makeLinkText')} disabled={busy} onConfirm={() => link.mutate(version)} />
              ) : null}
              {user.hasSecondFactor ? (
                <ConfirmButton
                  label={t('person.reset')} title={t('person.resetTitle', { name: user.name })} text={t('person.resetText')} disabled={busy}
                  onConfirm={() => run(() => act(UserResetSecondFactorDocument, { input: { id, version } }))}
                />
              ) : null}
            </div>
            {(session?.system.signInProvider ?? user.providerSubject) !== null ? <Provider user={user} busy={busy} run={run} /> : null}
          </Card>
          <Card title={t('session.title')}>
            <SessionList sessions={user.sessions} />
            {user.sessions.length > 0 ? (
              <div className="row">
                <ConfirmButton
                  label={t('session.endAll')} title={t('session.endAllTitle', { name: user.name })} disabled={busy}
                  onConfirm={() => run(() => act(UserEndSessionsDocument, { input: { id, version } }))}
                />
              </div>
            ) : null}
          </Card>
          <Card title={t('token.title')}>
            <TokenList tokens={user.tokens} onChanged={() => client.invalidateQueries({ queryKey: personQuery(id).queryKey })} />
          </Card>
          {session?.me?.rights.includes('AUDIT') ? <p><Link to="/disclosures" search={{ by: id }}>{t('person.disclosures')}</Link></p> : null}
        </div>
      </div>
    </>
  );
}

interface PartProps {
  readonly user: PersonPartsFragment;
  readonly busy: boolean;
  readonly run: (step: Step) => void;
}

function Grants({ user, busy, run, today }: PartProps & { readonly today: string | undefined }) {
  const { t } = useI18n();
  const { id, version } = user;
  const [draft, setDraft] = useState<DraftGrant>({});
  const input = grantInput(draft);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (input === undefined) return;
    run(async () => {
      const payload = await act(UserGrantDocument, { input: { id, version, grant: input } });
      setDraft({});
      return payload;
    });
  }
  return (
    <>
      <ul className="plain-list latest">
        {user.grants.map((grant) => (
          <li key={grant.id} className="row between">
            <GrantLine grant={grant} />
            {grant.until === null || today === undefined || grant.until >= today ? (
              <EndGrant
                role={t(`role.${grant.role}`)} today={today} disabled={busy}
                onEnd={(until) => run(() => act(UserEndGrantDocument, { input: { id, version, grant: grant.id, until } }))}
              />
            ) : null}
          </li>
        ))}
      </ul>
      <details className="more">
        <summary>{t('grant.add')}</summary>
        <form className="stack" onSubmit={submit}>
          <GrantFields value={draft} onChange={setDraft} />
          <div className="row"><button type="submit" className="button primary" disabled={busy || input === undefined}>{t('grant.give')}</button></div>
        </form>
      </details>
    </>
  );
}

/** Asks for the last day; the role is held to the end of it. */
function EndGrant({ role, today, disabled, onEnd }: { readonly role: string; readonly today: string | undefined; readonly disabled: boolean; readonly onEnd: (until: string) => void }) {
  const { t } = useI18n();
  const [until, setUntil] = useState(today);
  return (
    <ConfirmButton
      label={t('grant.end')} name={t('grant.endOf', { role })} title={t('grant.endOf', { role })} text={t('grant.endText')} disabled={disabled}
      onConfirm={() => { if (until !== undefined) onEnd(until); }}
    >
      <DateField label={t('grant.lastDay')} value={until} onChange={setUntil} />
    </ConfirmButton>
  );
}

function Rename({ user, busy, run }: PartProps) {
  const { t } = useI18n();
  const id = useId();
  const [name, setName] = useState(user.name);
  function submit(event: FormEvent) {
    event.preventDefault();
    run(() => act(UserRenameDocument, { input: { id: user.id, version: user.version, name: name.trim() } }));
  }
  return (
    <form className="row end" onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{t('people.name')}</label>
        <input id={id} className="input" type="text" required maxLength={200} autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
      </div>
      <button type="submit" className="button" disabled={busy || name.trim() === '' || name.trim() === user.name}>{t('person.renameDo')}</button>
    </form>
  );
}

function Provider({ user, busy, run }: PartProps) {
  const { t } = useI18n();
  const id = useId();
  const [subject, setSubject] = useState('');
  const set = (next: string | null) => run(() => act(UserSetProviderDocument, { input: { id: user.id, version: user.version, subject: next } }));
  if (user.providerSubject !== null) {
    return (
      <div className="row between">
        <span>{t('provider.tied', { subject: user.providerSubject })}</span>
        <ConfirmButton label={t('provider.untie')} title={t('provider.untieTitle')} disabled={busy} onConfirm={() => set(null)} />
      </div>
    );
  }
  return (
    <form className="row end" onSubmit={(event) => { event.preventDefault(); set(subject.trim()); }}>
      <div className="field">
        <label htmlFor={id}>{t('provider.subject')}</label>
        <input id={id} className="input" type="text" required maxLength={255} autoComplete="off" autoCapitalize="none" spellCheck={false} value={subject} onChange={(event) => setSubject(event.target.value)} />
      </div>
      <button type="submit" className="button" disabled={busy || subject.trim() === ''}>{t('provider.tieSubject')}</button>
    </form>
  );
}
