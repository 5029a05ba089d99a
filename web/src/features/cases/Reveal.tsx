import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useRef, useState } from 'react';
import { act } from '../../graphql/act';
import type { PersonalData, Purpose } from '../../graphql/schema.gen';
import { useSession } from '../../graphql/session';
import { useI18n } from '../../i18n';
import { SelectField } from '../../ui/fields';
import { Icon } from '../../ui/icons';
import { Refusal } from '../../ui/Refusal';
import type { PartyPartsFragment } from './case.gen';
import { PartyRevealDocument, type PartyRevealMutation } from './reveal.gen';

/** What was asked for and what came: what was not asked for is null in both. */
export interface RevealedParty {
  readonly asked: readonly PersonalData[];
  readonly party: NonNullable<PartyRevealMutation['partyReveal']['revealed']>;
}

/** How much a reason has to say, and may, in characters. */
export const SHORTEST_REASON = 10;
export const LONGEST_REASON = 500;

/** What of a party is masked; what may be asked for, with purpose and reason; and what then came. */
export function Reveal({ of, party, revealed, onRevealed }: {
  readonly of: string;
  readonly party: PartyPartsFragment;
  readonly revealed: RevealedParty | undefined;
  readonly onRevealed: (revealed: RevealedParty | undefined) => void;
}) {
  const { t } = useI18n();
  const names = (data: readonly PersonalData[]) => data.map((one) => t(`personalData.${one}`)).join(', ');
  const kept: PersonalData[] = [
    ...(party.hasIdentityNumber ? ['IDENTITY_NUMBER' as const] : []), ...(party.hasAccountNumber ? ['ACCOUNT_NUMBER' as const] : []),
  ];
  if (revealed) return <Shown revealed={revealed} onHide={() => onRevealed(undefined)} />;
  if (party.masked.length === 0 && kept.length === 0) return null;
  return (
    <div className="row between small">
      <span className="row soft">
        <Icon name="lock" />
        {[
          ...(party.masked.length > 0 ? [t('reveal.masked', { data: names(party.masked) })] : []), ...(kept.length > 0 ? [t('reveal.numbers', { data: names(kept) })] : []),
        ].join(' · ')}
      </span>
      {party.revealable.length > 0 ? <RevealButton of={of} party={party} onRevealed={onRevealed} /> : null}
    </div>
  );
}

function RevealButton({ of, party, onRevealed }: { readonly of: string; readonly party: PartyPartsFragment; readonly onRevealed: (revealed: RevealedParty) => void }) {
  const { t } = useI18n();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const purposes = useSession().data?.me?.purposes ?? [];
  const choices = party.revealable.filter((one) => one !== 'PROTECTED');
  // Where there is one answer only, it need not be given.
  const [data, setData] = useState<readonly PersonalData[]>(choices.length === 1 ? choices : []);
  const [purpose, setPurpose] = useState<Purpose | undefined>(purposes.length === 1 ? purposes[0] : undefined);
  const [reason, setReason] = useState('');
  const reveal = useMutation({
    mutationFn: (asked: { readonly data: readonly PersonalData[]; readonly purpose: Purpose; readonly reason: string }) =>
      act(PartyRevealDocument, { input: { case: of, party: party.id, ...asked } }),
    // What was shown is not kept anywhere but on the page.
    gcTime: 0,
    onSuccess: ({ revealed }, { data: asked }) => {
      dialog.current?.close();
      if (revealed) onRevealed({ asked, party: revealed });
    },
  });
  const words = reason.trim();
  function submit(event: FormEvent) {
    event.preventDefault();
    if (purpose !== undefined) reveal.mutate({ data, purpose, reason: words });
  }
  return (
    <>
      <button type="button" className="button" aria-label={t('reveal.of', { name: party.name })} onClick={() => dialog.current?.showModal()}>{t('reveal.do')}</button>
      <dialog ref={dialog} className="dialog" aria-labelledby={`${id}-title`}>
        <form className="stack" onSubmit={submit}>
          <h2 id={`${id}-title`}>{t('reveal.title')}</h2>
          <p className="strong">{party.name}</p>
          <p className="soft">{t('reveal.text')}</p>
          <fieldset className="field">
            <legend className="label">{t('reveal.data')}</legend>
            {choices.map((one) => (
              <label key={one} className="check">
                <input type="checkbox" checked={data.includes(one)} onChange={(event) => setData(choices.filter((other) => (other === one ? event.target.checked : data.includes(other))))} />
                {t(`personalData.${one}`)}
              </label>
            ))}
          </fieldset>
          <SelectField
            label={t('reveal.purpose')} all={t('reveal.choose')} value={purpose} options={purposes.map((one) => ({ value: one, label: t(`purpose.${one}`) }))} onChange={setPurpose}
          />
          <div className="field">
            <label htmlFor={id}>{t('reveal.reason')}</label>
            <textarea
              id={id} className="input text" rows={3} required minLength={SHORTEST_REASON} maxLength={LONGEST_REASON} value={reason} onChange={(event) => setReason(event.target.value)}
            />
          </div>
          {reveal.error ? <Refusal error={reveal.error} /> : null}
          <div className="row">
            <button type="submit" className="button primary" disabled={reveal.isPending || data.length === 0 || purpose === undefined || words.length < SHORTEST_REASON}>{t('reveal.do')}</button>
            <button type="button" className="button" onClick={() => dialog.current?.close()}>{t('action.cancel')}</button>
          </div>
        </form>
      </dialog>
    </>
  );
}

function Shown({ revealed: { asked, party }, onHide }: { readonly revealed: RevealedParty; readonly onHide: () => void }) {
  const { t } = useI18n();
  const nothing = t('reveal.nothing');
  const contact = [party.address, party.birthYear === null ? null : t('case.born', { year: String(party.birthYear) })].filter((part) => part !== null).join(' · ');
  const value: Readonly<Record<PersonalData, string>> = {
    NAME: party.name ?? nothing, CONTACT: contact || nothing, IDENTITY_NUMBER: party.identityNumber ?? nothing, ACCOUNT_NUMBER: party.accountNumber ?? nothing, PROTECTED: nothing,
  };
  return (
    <div className="notice warn revealed">
      <Icon name="lock" />
      <div className="stack tight">
        <dl className="pairs">
          {asked.map((one) => <div key={one}><dt>{t(`personalData.${one}`)}</dt><dd>{value[one]}</dd></div>)}
        </dl>
        <p role="status" className="small">{t('reveal.shown')}</p>
        <div className="row"><button type="button" className="button" onClick={onHide}>{t('reveal.hide')}</button></div>
      </div>
    </div>
  );
}
