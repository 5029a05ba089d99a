import { useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { SearchBox } from '../features/search/SearchBox';
import { probableRights, useRights, useSession } from '../graphql/session';
import { useI18n } from '../i18n';
import { Account } from './Account';
import { mayEnter, ROOMS } from './rooms';
import { SignedIn } from './SignedIn';

/** Marks the document once a page was opened from within, so that <PageHead> takes the focus only then. */
function useNavigationMark() {
  const router = useRouter();
  useEffect(() => router.subscribe('onBeforeNavigate', (event) => {
    if (event.fromLocation && event.pathChanged) document.documentElement.dataset['navigated'] = '';
  }), [router]);
}

/** What the server words itself comes in the language of the request: asked for anew when that changes. */
function useLanguageOfAnswers(language: string) {
  const client = useQueryClient();
  const before = useRef(language);
  useEffect(() => {
    if (before.current !== language) void client.invalidateQueries();
    before.current = language;
  }, [client, language]);
}

export function Shell() {
  const { t, language } = useI18n();
  const session = useSession();
  const me = session.data?.me ?? null;
  // Until the server has answered, the shell keeps the room for what it most likely will say, so that nothing jumps.
  const rights = useRights();
  const inside = me !== null || (session.isPending && probableRights() !== null);
  const finds = rights.includes('READ') || rights.includes('READ_FIGURES');
  useNavigationMark();
  useLanguageOfAnswers(language);
  return (
    <>
      <a className="skip" href="#main">{t('app.skip')}</a>
      <header className="topbar">
        <Link to={inside ? '/' : '/public'} className="brand">{t('app.name')}</Link>
        <span className="agency">{me?.unit?.name ?? t('app.agency')}</span>
        {finds ? <SearchBox /> : <span className="spacer" />}
        <Account me={me} />
      </header>
      <nav className="rooms" aria-label={t('app.rooms')}>
        <ul>
          {ROOMS.filter((room) => mayEnter(room, rights)).map((room) => (
            <li key={room.to}>
              <Link to={room.to} activeOptions={{ exact: room.to === '/', includeSearch: false }}>{t(room.label)}</Link>
            </li>
          ))}
        </ul>
      </nav>
      <main className="main" id="main" tabIndex={-1}><SignedIn /></main>
      <footer className="footer">
        {session.data?.system.demonstration ? <p>{t('app.demonstration')}</p> : null}
        {session.data ? <p>{t('app.version', { version: session.data.system.version })}</p> : null}
      </footer>
    </>
  );
}
