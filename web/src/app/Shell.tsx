import { Link, Outlet, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useI18n } from '../i18n';
import { Preferences } from './Preferences';
import { ROOMS } from './rooms';

/** Marks the document once a page was opened from within, so that <PageHead> takes the focus only then. */
function useNavigationMark() {
  const router = useRouter();
  useEffect(() => router.subscribe('onBeforeNavigate', (event) => {
    if (event.fromLocation && event.pathChanged) document.documentElement.dataset['navigated'] = '';
  }), [router]);
}

export function Shell() {
  const { t } = useI18n();
  useNavigationMark();
  return (
    <>
      <a className="skip" href="#main">{t('app.skip')}</a>
      <header className="topbar">
        <Link to="/" className="brand">{t('app.name')}</Link>
        <span className="agency">{t('app.agency')}</span>
        <span className="spacer" />
        <Preferences />
      </header>
      <nav className="rooms" aria-label={t('app.rooms')}>
        <ul>
          {ROOMS.map((room) => (
            <li key={room.to}>
              <Link to={room.to} activeOptions={{ exact: room.to === '/', includeSearch: false }}>{t(room.label)}</Link>
            </li>
          ))}
        </ul>
      </nav>
      <main className="main" id="main" tabIndex={-1}><Outlet /></main>
    </>
  );
}
