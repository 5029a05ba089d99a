import { Link, Outlet, useMatches } from '@tanstack/react-router';
import { probablySignedIn, useSession } from '../graphql/session';
import { useI18n } from '../i18n';
import { PageHead } from '../ui/Page';
import { Loaded, Skeleton, State } from '../ui/states';

/** Lets those through who have signed in. The server refuses the others anyway; this says so before it has to. */
export function SignedIn() {
  const session = useSession();
  const open = useMatches({ select: (matches) => matches.some((match) => match.staticData.open) });
  if (open || (session.isPending && probablySignedIn())) return <Outlet />;
  return (
    <Loaded query={session} skeleton={<Skeleton lines={8} />} wholePage>
      {({ me, system }) => (me ? <Outlet /> : <SignedOut demonstration={system.demonstration} />)}
    </Loaded>
  );
}

function SignedOut({ demonstration }: { readonly demonstration: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <PageHead title={t('state.signedOut')} />
      <div className="card">
        <State icon="lock" title={t('state.signedOutText')}>
          <p>{demonstration ? t('public.signInDemo') : t('public.signInText')}</p>
          <p>{t('public.what')}</p>
          <Link className="button primary" to="/public">{t('room.public')}</Link>
        </State>
      </div>
    </>
  );
}
