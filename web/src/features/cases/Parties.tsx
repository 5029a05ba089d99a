import { type ReactNode, useState } from 'react';
import { PartyRole } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import type { PartyPartsFragment } from './case.gen';
import { Reveal, type RevealedParty } from './Reveal';

/** The parties. What is masked can be asked for; what is then shown is forgotten with the page. */
export function Parties({ of, parties }: { readonly of: string; readonly parties: readonly PartyPartsFragment[] }) {
  const { t } = useI18n();
  const [revealed, setRevealed] = useState<ReadonlyMap<string, RevealedParty>>(new Map());
  const show = (party: string, found: RevealedParty | undefined) =>
    setRevealed(new Map([...[...revealed].filter(([other]) => other !== party), ...(found ? [[party, found] as const] : [])]));
  return (
    <section className="card" aria-labelledby="parties">
      <h2 id="parties">{t('case.parties')}</h2>
      <div className="stack">
        {PartyRole.map((role) => {
          const some = parties.filter((party) => party.role === role);
          if (some.length === 0) return null;
          return (
            <div key={role}>
              <h3 className="soft">{t(`partyRole.${role}`)}</h3>
              <ul>
                {some.map((party) => (
                  <PartyLine key={party.id} party={party}>
                    <Reveal of={of} party={party} revealed={revealed.get(party.id)} onRevealed={(found) => show(party.id, found)} />
                  </PartyLine>
                ))}
              </ul>
            </div>
          );
        })}
      </div>
    </section>
  );
}

export function PartyLine({ party, children }: { readonly party: PartyPartsFragment; readonly children?: ReactNode }) {
  const { t } = useI18n();
  const details = [
    party.kind === 'PERSON' ? undefined : t(`partyKind.${party.kind}`),
    party.birthYear === null ? undefined : t('case.born', { year: String(party.birthYear) }),
    party.juvenile ? t('case.juvenile') : undefined,
    party.jointGroup ? t('case.joint', { group: party.jointGroup }) : undefined,
    party.address ?? undefined,
  ].filter((detail) => detail !== undefined);
  return (
    <li className="party">
      <span className="strong">{party.name}</span>
      {details.length > 0 ? <div className="small soft">{details.join(' · ')}</div> : null}
      {children}
    </li>
  );
}
