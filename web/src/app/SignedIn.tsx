import { Link, Navigate, Outlet, useMatches } from '@tanstack/react-router';
import { probableRights, useSession } from '../graphql/session';
import { useI18n } from '../i18n';
import { stringifySearch } from '../lib/search';
import { PageHead } from '../ui/Page';
import { Loaded, Skeleton, State } from '../ui/states';
import { firstRoom } from './rooms';

/**
 * Lets those through who have signed in, and those who have something to do first only to where it is done. The
 * server refuses the others anyway; this says so before it has to.
 */
export function SignedIn() {
  const session = useSession();
  // What is shown, not what is being opened: the address is that of the next page while the last one still stands.
  const open = useMatches({ select: (matches) => matches.some((match) => match.staticData.open) });
  const page = useMatches({ select: (matches) => matches.at(-1)?.routeId });
  const href = useMatches({ select: (matches) => `${matches.at(-1)?.pathname ?? '/'}${stringifySearch(matches.at(-1)?.search ?? {})}` });
  if (open || (session.isPending && (probableRights()?.length ?? 0) > 0)) return <Outlet />;
  return (
    <Loaded query={session} skeleton={<Skeleton lines={8} />} wholePage>
      {({ me, system }) => {
        if (!me) return <SignedOut demonstration={system.demonstration} from={href} />;
        if (me.needs.length > 0 && page !== '/welcome') return <Navigate to="/welcome" search={{ to: href }} replace />;
        // The overview is figures, which not everybody may see; its address is where everybody arrives.
        if (page === '/' && !me.rights.includes('READ_FIGURES')) return <Navigate to={firstRoom(me.rights)} replace />;
        return <Outlet />;
      }}
    </Loaded>
  );
}

function SignedOut({ demonstration, from }: { readonly demonstration: boolean; readonly from: string }) {
  const { t } = useI18n();
  return (
    <>
      <PageHead title={t('state.signedOut')} />
      <div className="card">
        <State icon="lock" title={t('state.signedOutText')}>
          <p>{demonstration ? t('public.signInDemo') : t('public.signInText')}</p>
          <Link className="button primary" to="/login" search={{ from }}>{t('signIn.do')}</Link>
          <p>{t('public.what')}</p>
          <Link className="button" to="/public">{t('room.public')}</Link>
        </State>
      </div>
    </>
  );
}
