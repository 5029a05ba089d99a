import { Link } from '@tanstack/react-router';
import { useId, useRef, useState } from 'react';
import type { Viewer } from '../graphql/session';
import { useI18n } from '../i18n';
import { writeSetting } from '../lib/settings';
import { chooseTheme, storedTheme, THEMES } from '../lib/theme';
import { Icon } from '../ui/icons';

const LANGUAGES = ['vi', 'en'] as const;

/** Who one is, language and appearance, in a native popover: it closes on Escape and on a click beside it. */
export function Account({ me }: { readonly me: Viewer | null }) {
  const { t, chosen, setLanguage } = useI18n();
  const id = useId();
  const [theme, setTheme] = useState(storedTheme);
  const float = useRef<HTMLDialogElement>(null);
  const close = () => float.current?.hidePopover?.();
  return (
    <div className="menu">
      <button type="button" className="button" popoverTarget={id} aria-label={t('app.account')}><Icon name="user" /></button>
      <dialog ref={float} id={id} popover="auto" className="float" aria-label={t('app.account')}>
        <div className="stack">
          {me ? (
            <div>
              <p className="strong">{me.name}</p>
              <p className="small soft">{[me.account, me.unit?.name].filter(Boolean).join(' · ')}</p>
            </div>
          ) : null}
          {/* The popover stays open over the page that a link opens, so the links close it. */}
          {me ? <Link className="button" to="/profile" onClick={close}>{t('app.profile')}</Link> : <Link className="button primary" to="/login" onClick={close}>{t('signIn.do')}</Link>}
          <fieldset className="field">
            <legend className="label">{t('app.language')}</legend>
            {LANGUAGES.map((value) => (
              <label key={value} className="check" lang={value}>
                <input type="radio" name="language" checked={chosen === value} onChange={() => setLanguage(value)} />
                {t(`language.${value}`)}
              </label>
            ))}
          </fieldset>
          <fieldset className="field">
            <legend className="label">{t('app.theme')}</legend>
            {THEMES.map((value) => (
              <label key={value} className="check">
                <input
                  type="radio" name="theme" checked={theme === value}
                  onChange={() => { chooseTheme(value); setTheme(value); }}
                />
                {t(`theme.${value}`)}
              </label>
            ))}
          </fieldset>
          {me ? (
            // A form, not a script: signing out works even when everything else has stopped.
            <form method="post" action="/signout" onSubmit={() => writeSetting('signed-in', null)}><button type="submit" className="button">{t('app.signOut')}</button></form>
          ) : null}
        </div>
      </dialog>
    </div>
  );
}
