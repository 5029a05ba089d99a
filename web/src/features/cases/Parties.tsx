import { PartyRole } from '../../graphql/schema.gen';
import { useI18n } from '../../i18n';
import type { PartyPartsFragment } from './case.gen';

export function Parties({ parties }: { readonly parties: readonly PartyPartsFragment[] }) {
  const { t } = useI18n();
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
              <ul>{some.map((party) => <PartyLine key={party.id} party={party} />)}</ul>
            </div>
          );
        })}
      </div>
    </section>
  );
}

export function PartyLine({ party }: { readonly party: PartyPartsFragment }) {
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
    </li>
  );
}
