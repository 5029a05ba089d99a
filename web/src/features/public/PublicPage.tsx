import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import { Icon } from '../../ui/icons';
import { PageHead } from '../../ui/Page';
import { PublicDebtors } from './PublicDebtors';

/** What anybody may see. Without signing in it also says how to sign in. */
export function PublicPage() {
  const { t } = useI18n();
  const search = useSearch({ from: '/public' });
  const navigate = useNavigate({ from: '/public' });
  const session = useSession();
  return (
    <>
      <PageHead title={t('room.public')} sub={t('public.sub')} />
      {session.data?.me === null ? (
        <div className="notice">
          <Icon name="lock" />
          <div>
            <p className="strong">{t('public.signIn')}</p>
            <p>{session.data.system.demonstration ? t('public.signInDemo') : t('public.signInText')}</p>
            <p><Link to="/login">{t('signIn.do')}</Link></p>
          </div>
        </div>
      ) : null}
      <PublicDebtors search={search} onChange={(next) => void navigate({ search: next })} />
    </>
  );
}
