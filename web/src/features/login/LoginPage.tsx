import { useQueryClient } from '@tanstack/react-query';
import { Link, useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { renewSession, useSession } from '../../graphql/session';
import { type Translate, useI18n } from '../../i18n';
import '../../i18n/vi.login';
import { CodeField } from '../../ui/CodeField';
import { Icon } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { PasswordField } from '../../ui/PasswordField';
import { type Answer, challengeOf, secondFactor, signIn, UNREACHABLE } from './signin';

/** Signing in: account and password, then the second factor where there is one; or the provider. */
export function LoginPage() {
  const { t } = useI18n();
  const { from = '/', problem } = useSearch({ from: '/login' });
  const router = useRouter();
  const session = useSession();
  const me = session.data?.me ?? null;
  const system = session.data?.system;
  // A link and the provider lead here for the second step; see challengeOf.
  const [challenge, setChallenge] = useState(() => challengeOf(router.state.location.hash));
  useEffect(() => { if (challengeOf(router.state.location.hash)) router.history.replace('/login'); }, [router]);
  // Whoever has signed in, now or before, goes where they wanted to.
  useEffect(() => { if (me) router.history.replace(from); }, [me, from, router]);
  return (
    <>
      <PageHead title={t('login.title')} />
      <div className="narrow stack">
        {problem ? <Notice>{t(`loginProblem.${problem}`)}</Notice> : null}
        <div className="card stack">
          {challenge === undefined
            ? <Password onChallenge={setChallenge} />
            : <SecondFactor challenge={challenge} onBack={() => setChallenge(undefined)} />}
        </div>
        {system?.signInProvider && challenge === undefined ? (
          // A navigation, not a request of the page: the provider's own page follows.
          <a className="button" href="/oidc/start">{t('login.provider', { name: system.signInProvider })}</a>
        ) : null}
        {system?.demonstration ? <p className="notice"><Icon name="info" />{t('public.signInDemo')}</p> : null}
        <p className="small soft">{t('login.noAccount')}</p>
        <p className="small"><Link to="/public">{t('login.public')}</Link></p>
      </div>
    </>
  );
}

function Notice({ children }: { readonly children: ReactNode }) {
  return <p className="notice bad" role="alert"><Icon name="warning" /><span>{children}</span></p>;
}

/** Sends what was typed and says what stands in the way. The fields keep what was typed in them. */
function useStep(send: () => Promise<Answer>, wrong: string, onChallenge?: (challenge: string) => void) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState('');
  async function submit(event: FormEvent) {
    event.preventDefault();
    if (pending) return;
    setPending(true);
    setProblem('');
    try {
      const answer = await send();
      if (answer.state === 'SECOND_FACTOR') onChallenge?.(answer.challenge);
      else if (answer.state === 'REFUSED') setProblem(inWords(answer, wrong, t));
      else await renewSession(client);
    } catch {
      setProblem(t('state.unreachable'));
    } finally {
      setPending(false);
    }
  }
  return { submit, pending, problem };
}

function inWords({ code, message, retryAfter }: Answer & { readonly state: 'REFUSED' }, wrong: string, t: Translate): string {
  if (code === 'WRONG_CREDENTIALS') return wrong;
  if (code === 'TOO_MANY_ATTEMPTS') {
    return retryAfter <= 90 ? t('login.waitSeconds', { n: String(Math.max(1, retryAfter)) }) : t('login.waitMinutes', { n: String(Math.ceil(retryAfter / 60)) });
  }
  return code === UNREACHABLE || message === '' ? t('state.unreachable') : message;
}

function Password({ onChallenge }: { readonly onChallenge: (challenge: string) => void }) {
  const { t } = useI18n();
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const { submit, pending, problem } = useStep(() => signIn(account.trim(), password), t('login.wrong'), onChallenge);
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {problem ? <Notice>{problem}</Notice> : null}
      <div className="field">
        <label htmlFor="login-account">{t('login.account')}</label>
        <input
          id="login-account" className="input" type="text" name="username" autoComplete="username" required maxLength={60}
          autoCapitalize="none" autoCorrect="off" spellCheck={false} value={account} onChange={(event) => setAccount(event.target.value)}
        />
      </div>
      <PasswordField label={t('login.password')} value={password} autoComplete="current-password" onChange={setPassword} />
      <button type="submit" className="button primary" disabled={pending}>{pending ? t('login.checking') : t('signIn.do')}</button>
    </form>
  );
}

function SecondFactor({ challenge, onBack }: { readonly challenge: string; readonly onBack: () => void }) {
  const { t } = useI18n();
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState('');
  const field = useRef<HTMLInputElement>(null);
  // The step took the place of the one whose button had the focus.
  useEffect(() => field.current?.focus(), []);
  const { submit, pending, problem } = useStep(() => secondFactor(challenge, code.trim()), recovery ? t('login.wrongRecovery') : t('login.wrongCode'));
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <h2>{t('login.secondFactor')}</h2>
      {problem ? <Notice>{problem}</Notice> : null}
      <CodeField
        ref={field} digits={!recovery} label={recovery ? t('login.recoveryCode') : t('login.code')}
        hint={recovery ? t('login.recoveryHint') : t('login.codeHint')} value={code} onChange={setCode}
      />
      <button type="submit" className="button primary" disabled={pending}>{pending ? t('login.checking') : t('signIn.do')}</button>
      <div className="row between">
        <button type="button" className="button plain" onClick={() => { setRecovery(!recovery); setCode(''); field.current?.focus(); }}>{recovery ? t('login.useCode') : t('login.useRecovery')}</button>
        <button type="button" className="button plain" onClick={onBack}>{t('login.again')}</button>
      </div>
    </form>
  );
}
