import { Link } from '@tanstack/react-router';
import { useI18n } from '../i18n';
import { PageHead } from '../ui/Page';
import { State } from '../ui/states';

export function NotFound() {
  const { t } = useI18n();
  return (
    <>
      <PageHead title={t('app.notFound')} />
      <State icon="empty" title={t('app.notFoundText')}>
        <Link className="button" to="/">{t('app.home')}</Link>
      </State>
    </>
  );
}

/** A page that threw: the shell stays, so that the rest of the application does too. */
export function Crashed() {
  const { t } = useI18n();
  return (
    <div role="alert">
      <PageHead title={t('app.crashed')} />
      <State icon="warning" title={t('app.crashedText')}>
        <button type="button" className="button" onClick={() => location.reload()}>{t('action.reload')}</button>
      </State>
    </div>
  );
}
