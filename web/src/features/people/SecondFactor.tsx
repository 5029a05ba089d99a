import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, lazy, type ReactNode, Suspense, useState } from 'react';
import { act } from '../../graphql/act';
import { renewSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import { CodeField } from '../../ui/CodeField';
import { PasswordField } from '../../ui/PasswordField';
import { Refusal } from '../../ui/Refusal';
import { Skeleton } from '../../ui/states';
import { OnceShown, RecoveryCodes } from './Once';
import {
  type ProfilePartsFragment, RecoveryCodesRenewDocument, SecondFactorBeginDocument, SecondFactorConfirmDocument, SecondFactorRemoveDocument,
} from './profile.gen';
import { profileQuery } from './queries';

const QrCode = lazy(async () => ({ default: (await import('./QrCode')).QrCode }));

type Me = Pick<ProfilePartsFragment, 'account' | 'hasPassword' | 'hasSecondFactor' | 'mustHaveSecondFactor' | 'recoveryCodesLeft'>;

/**
 * Sets up the second factor: the code to be read by an app, the code that the app then shows, the recovery codes.
 * onDone is called when the person says that the codes are kept.
 */
export function SecondFactorSetup({ me, onDone }: { readonly me: Me; readonly onDone: () => void }) {
  const { t } = useI18n();
  const [credential, setCredential] = useState('');
  const [code, setCode] = useState('');
  const known = me.hasPassword || me.hasSecondFactor;
  const begin = useMutation({
    mutationFn: () => act(SecondFactorBeginDocument, { input: { credential: credential === '' ? null : credential } }),
    gcTime: 0,
    onSuccess: () => setCredential(''),
  });
  const confirm = useMutation({
    mutationFn: () => act(SecondFactorConfirmDocument, { input: { code: code.replaceAll(' ', '') } }),
    gcTime: 0,
  });
  const enrolment = begin.data?.enrolment;

  if (confirm.data?.codes) {
    return (
      <div className="stack">
        <p role="status" className="strong">{t('factor.isOn')}</p>
        <RecoveryCodes codes={confirm.data.codes} account={me.account} />
        <div className="row"><button type="button" className="button primary" onClick={onDone}>{t('factor.kept')}</button></div>
      </div>
    );
  }
  if (enrolment) {
    return (
      <form className="stack" onSubmit={(event) => { event.preventDefault(); confirm.mutate(); }}>
        <ol className="points">
          <li>{t('factor.install')}</li>
          <li>{t('factor.scan')}</li>
          <li>{t('factor.enter')}</li>
        </ol>
        <Suspense fallback={<Skeleton />}><QrCode text={enrolment.uri} label={t('factor.qr')} /></Suspense>
        <OnceShown label={t('factor.secret')} text={enrolment.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} note={t('factor.secretNote')} />
        <CodeField label={t('factor.code')} hint={t('factor.codeHint')} value={code} onChange={setCode} />
        {confirm.error ? <Refusal error={confirm.error} /> : null}
        <div className="row">
          <button type="submit" className="button primary" disabled={confirm.isPending}>{t('factor.confirm')}</button>
          <button type="button" className="button" onClick={() => { setCode(''); begin.reset(); confirm.reset(); }}>{t('action.cancel')}</button>
        </div>
      </form>
    );
  }
  return (
    <form className="stack" onSubmit={(event) => { event.preventDefault(); begin.mutate(); }}>
      {known ? <Credential me={me} value={credential} onChange={setCredential} /> : null}
      {begin.error ? <Refusal error={begin.error} /> : null}
      <div className="row">
        <button type="submit" className="button primary" disabled={begin.isPending}>{me.hasSecondFactor ? t('factor.replace') : t('factor.turnOn')}</button>
      </div>
    </form>
  );
}

/** Showing once more that it is oneself: by the password, or by a code where there is a second factor. */
function Credential({ me, value, onChange }: { readonly me: Me; readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useI18n();
  return (
    <PasswordField
      label={me.hasSecondFactor ? t('factor.credential') : t('password.current')} hint={t('factor.credentialHint')} value={value}
      autoComplete="current-password" onChange={onChange}
    />
  );
}

/** The second factor on one's own page. */
export function SecondFactor({ me }: { readonly me: Me }) {
  const { t, integer } = useI18n();
  const client = useQueryClient();
  const [setting, setSetting] = useState(false);
  const [credential, setCredential] = useState('');
  const renew = useMutation({
    mutationFn: () => act(RecoveryCodesRenewDocument, { input: { credential } }),
    gcTime: 0,
    onSuccess: () => {
      setCredential('');
      return client.invalidateQueries({ queryKey: profileQuery.queryKey });
    },
  });
  const remove = useMutation({
    mutationFn: () => act(SecondFactorRemoveDocument, { input: { credential } }),
    gcTime: 0,
    onSuccess: () => {
      setCredential('');
      renew.reset();
      return renewSession(client);
    },
  });
  if (setting) {
    return <SecondFactorSetup me={me} onDone={() => { setSetting(false); void renewSession(client); }} />;
  }
  const error = renew.error ?? remove.error;
  return (
    <div className="stack">
      <p>{me.hasSecondFactor ? t('factor.on', { n: integer(me.recoveryCodesLeft) }) : t('factor.off')}</p>
      {me.mustHaveSecondFactor ? <p className="small soft">{t('factor.must')}</p> : null}
      {renew.data?.codes ? <RecoveryCodes codes={renew.data.codes} account={me.account} /> : null}
      {error ? <Refusal error={error} /> : null}
      <div className="row"><button type="button" className={me.hasSecondFactor ? 'button' : 'button primary'} onClick={() => setSetting(true)}>{me.hasSecondFactor ? t('factor.replace') : t('factor.turnOn')}</button></div>
      {me.hasSecondFactor ? (
        <Disclosed summary={t('factor.more')}>
          <form className="stack" onSubmit={(event: FormEvent) => { event.preventDefault(); renew.mutate(); }}>
            <Credential me={me} value={credential} onChange={setCredential} />
            <div className="row">
              <button type="submit" className="button" disabled={renew.isPending}>{t('factor.renew')}</button>
              {me.mustHaveSecondFactor ? null : (
                <button type="button" className="button" disabled={remove.isPending || credential === ''} onClick={() => remove.mutate()}>{t('factor.remove')}</button>
              )}
            </div>
          </form>
        </Disclosed>
      ) : null}
    </div>
  );
}

function Disclosed({ summary, children }: { readonly summary: string; readonly children: ReactNode }) {
  return <details className="more"><summary>{summary}</summary>{children}</details>;
}
