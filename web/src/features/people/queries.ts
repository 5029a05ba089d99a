import { operation } from '../../graphql/query';
import { compact } from '../../lib/search';
import { DisclosuresDocument } from './disclosures.gen';
import { AccessPolicyDocument, EnforcementOfficersDocument, PeopleDocument, RoleTableDocument } from './people.gen';
import { PersonDocument } from './person.gen';
import { ProfileDocument } from './profile.gen';
import type { DisclosureSearch, PeopleSearch } from './search';

export const PAGE_SIZE = 50;

const page = ({ after, before }: { readonly after?: string | undefined; readonly before?: string | undefined }) =>
  (before === undefined ? compact({ first: PAGE_SIZE, after }) : { last: PAGE_SIZE, before });

export const profileQuery = operation(ProfileDocument, {});

export const peopleQuery = ({ q, role, unit, disabled, ...place }: PeopleSearch) => operation(PeopleDocument, {
  filter: compact({
    text: q, roles: role && [role], units: unit === undefined ? undefined : [unit], disabled: disabled === undefined ? undefined : disabled === 'yes',
  }),
  ...page(place),
});

export const personQuery = (id: string) => operation(PersonDocument, { id });

/** Those who may be tied to the role of an enforcement officer. */
export const officersQuery = (unit: string | undefined) => ({
  ...operation(EnforcementOfficersDocument, { filter: compact({ canEnforce: true, units: unit === undefined ? undefined : [unit] }) }),
  staleTime: 3_600_000,
});

/** The table of rights. It changes with the program alone. */
export const roleTableQuery = { ...operation(RoleTableDocument, {}), staleTime: Number.POSITIVE_INFINITY };

export const policyQuery = operation(AccessPolicyDocument, {});

export const disclosuresQuery = ({ kind, by, case: of, from, to, ...place }: DisclosureSearch) => operation(DisclosuresDocument, {
  filter: compact({ kinds: kind && [kind], by, case: of, days: from === undefined && to === undefined ? undefined : compact({ from, to }) }),
  ...page(place),
});
