import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { act } from '../../graphql/act';
import { renewSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import { PasswordField } from '../../ui/PasswordField';
import { Refusal } from '../../ui/Refusal';
import { PasswordSetDocument, type ProfilePartsFragment } from './profile.gen';

/** Sets one's own password. The account's name goes along unseen, so that the browser keeps the two together. */
export function PasswordForm({ me: { account, hasPassword, means } }: { readonly me: Pick<ProfilePartsFragment, 'account' | 'hasPassword' | 'means'> }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [different, setDifferent] = useState(false);
  const set = useMutation({
    mutationFn: () => act(PasswordSetDocument, { input: { current: current === '' ? null : current, new: next } }),
    gcTime: 0,
    onSuccess: async () => {
      setCurrent('');
      setNext('');
      setAgain('');
      await renewSession(client);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setDifferent(next !== again);
    if (next === again) set.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      <input type="text" hidden readOnly autoComplete="username" value={account} />
      {hasPassword ? (
        // Whoever has just come in by a one-time link may have forgotten it.
        <PasswordField
          label={t('password.current')} value={current} autoComplete="current-password" required={means !== 'LINK'} onChange={setCurrent}
          {...(means === 'LINK' ? { hint: t('password.currentHint') } : {})}
        />
      ) : null}
      <PasswordField label={t('password.new')} hint={t('password.newHint')} value={next} autoComplete="new-password" onChange={setNext} />
      <PasswordField label={t('password.again')} value={again} autoComplete="new-password" onChange={setAgain} />
      {different ? <p className="notice bad" role="alert">{t('password.different')}</p> : null}
      {set.error ? <Refusal error={set.error} /> : null}
      <div className="row">
        <button type="submit" className="button primary" disabled={set.isPending}>{hasPassword ? t('password.change') : t('password.set')}</button>
        <span role="status" className="soft">{set.isSuccess ? t('password.done') : null}</span>
      </div>
    </form>
  );
}
