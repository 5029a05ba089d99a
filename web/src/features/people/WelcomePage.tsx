import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { renewSession, useSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import '../../i18n/vi.people';
import { PageHead } from '../../ui/Page';
import { Loaded, Skeleton } from '../../ui/states';
import { PasswordForm } from './PasswordForm';
import { profileQuery } from './queries';
import { SecondFactorSetup } from './SecondFactor';

/** What has to be done before anything else is allowed: a password, a second factor. One after the other. */
export function WelcomePage() {
  const { t } = useI18n();
  const { to = '/' } = useSearch({ from: '/welcome' });
  const router = useRouter();
  const client = useQueryClient();
  const session = useSession();
  const query = useQuery(profileQuery);
  const needs = session.data?.me?.needs;
  useEffect(() => { if (needs?.length === 0) router.history.replace(to); }, [needs, to, router]);
  return (
    <>
      <PageHead title={t('welcome.title')} sub={query.data?.me ? t('profile.sub', { name: query.data.me.name, account: query.data.me.account }) : t('state.loading')} />
      <Loaded query={query} skeleton={<div className="card narrow"><Skeleton lines={8} /></div>}>
        {({ me }) => (me ? (
          <div className="card narrow stack">
            {needs?.includes('PASSWORD') ? (
              <>
                <h2>{t('password.set')}</h2>
                <p className="soft">{t('welcome.password')}</p>
                <PasswordForm me={me} />
              </>
            ) : needs?.includes('SECOND_FACTOR') ? (
              <>
                <h2>{t('factor.turnOn')}</h2>
                <p className="soft">{t('welcome.factor')}</p>
                {/* Asked anew only when the recovery codes have been read: what is needed then is nothing. */}
                <SecondFactorSetup me={me} onDone={() => void renewSession(client)} />
              </>
            ) : null}
          </div>
        ) : null)}
      </Loaded>
    </>
  );
}
