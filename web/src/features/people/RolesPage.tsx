import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { act } from '../../graphql/act';
import { PersonalData, Right, Role } from '../../graphql/schema.gen';
import { useRights } from '../../graphql/session';
import { useI18n } from '../../i18n';
import '../../i18n/vi.people';
import { PageHead } from '../../ui/Page';
import { Refusal } from '../../ui/Refusal';
import { Loaded, Skeleton } from '../../ui/states';
import { TableRegion } from '../../ui/table';
import { type AccessPolicyQuery, AccessPolicySetDocument, type RoleTableQuery } from './people.gen';
import { policyQuery, roleTableQuery } from './queries';

type Rules = RoleTableQuery['roles'];

/** The table by which the server judges, for everybody to read; and the policy, for those who may set it. */
export function RolesPage() {
  const { t } = useI18n();
  const query = useQuery(roleTableQuery);
  const manages = useRights().includes('MANAGE_ACCOUNTS');
  return (
    <>
      <PageHead title={t('roles.title')} sub={t('roles.sub')} />
      <div className="stack">
        {manages ? <Policy /> : null}
        <Loaded query={query} skeleton={<div className="card"><Skeleton lines={12} /></div>}>
          {({ roles }) => <><RightsTable roles={roles} /><SightTable roles={roles} /></>}
        </Loaded>
      </div>
    </>
  );
}

function Head({ roles, label }: { readonly roles: Rules; readonly label: string }) {
  const { t } = useI18n();
  return (
    <thead>
      <tr>
        <th scope="col">{label}</th>
        {roles.map(({ role }) => <th key={role} scope="col" className="role">{t(`role.${role}`)}</th>)}
      </tr>
    </thead>
  );
}

function RightsTable({ roles }: { readonly roles: Rules }) {
  const { t } = useI18n();
  return (
    <TableRegion label={t('roles.rights')}>
      <Head roles={roles} label={t('roles.right')} />
      <tbody>
        {Right.filter((right) => right !== 'PUBLIC' && right !== 'SIGNED_IN').map((right) => (
          <tr key={right}>
            <th scope="row" className="right-name">{t(`right.${right}`)}</th>
            {roles.map(({ role, rights }) => {
              const held = rights.find((one) => one.right === right);
              return <td key={role}>{held ? t(`reach.${held.reach}`) : <None />}</td>;
            })}
          </tr>
        ))}
        <tr>
          <th scope="row" className="right-name">{t('roles.count')}</th>
          {roles.map(({ role, count }) => <td key={role}>{count === null ? <None /> : t(`reach.${count}`)}</td>)}
        </tr>
      </tbody>
    </TableRegion>
  );
}

function SightTable({ roles }: { readonly roles: Rules }) {
  const { t } = useI18n();
  return (
    <TableRegion label={t('roles.sights')}>
      <Head roles={roles} label={t('roles.data')} />
      <tbody>
        {PersonalData.map((data) => (
          <tr key={data}>
            <th scope="row" className="right-name">{t(`personalData.${data}`)}</th>
            {roles.map(({ role, sights }) => <td key={role}>{t(`sight.${sights.find((one) => one.data === data)?.sight ?? 'MASKED'}`)}</td>)}
          </tr>
        ))}
        <tr>
          <th scope="row" className="right-name">{t('roles.purposes')}</th>
          {roles.map(({ role, purposes }) => (
            <td key={role}>{purposes.length === 0 ? <None /> : <ul className="small">{purposes.map((purpose) => <li key={purpose}>{t(`purpose.${purpose}`)}</li>)}</ul>}</td>
          ))}
        </tr>
      </tbody>
    </TableRegion>
  );
}

/** A dash for the eye, a word for the ear. */
function None() {
  const { t } = useI18n();
  return <><span className="soft" aria-hidden="true">–</span><span className="visually-hidden">{t('roles.none')}</span></>;
}

function Policy() {
  const { t } = useI18n();
  const query = useQuery(policyQuery);
  return (
    <section className="card" aria-labelledby="policy">
      <h2 id="policy">{t('policy.title')}</h2>
      <Loaded query={query}>{({ accessPolicy }) => <PolicyForm key={accessPolicy.version} policy={accessPolicy} />}</Loaded>
    </section>
  );
}

function PolicyForm({ policy }: { readonly policy: AccessPolicyQuery['accessPolicy'] }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [roles, setRoles] = useState<readonly Role[]>(policy.secondFactorRoles);
  const set = useMutation({
    mutationFn: () => act(AccessPolicySetDocument, { input: { version: policy.version, secondFactorRoles: roles } }),
    onSuccess: (payload) => { if (payload.policy) client.setQueryData(policyQuery.queryKey, { accessPolicy: payload.policy }); },
  });
  const changed = Role.some((role) => roles.includes(role) !== policy.secondFactorRoles.includes(role));
  return (
    <form className="stack" onSubmit={(event) => { event.preventDefault(); set.mutate(); }}>
      <fieldset className="field">
        <legend className="soft">{t('policy.text')}</legend>
        <div className="filter-grid">
          {Role.map((role) => (
            <label key={role} className="check">
              <input type="checkbox" checked={roles.includes(role)} onChange={(event) => setRoles(Role.filter((one) => (one === role ? event.target.checked : roles.includes(one))))} />
              {t(`role.${role}`)}
            </label>
          ))}
        </div>
      </fieldset>
      {set.error ? <Refusal error={set.error} /> : null}
      <div className="row"><button type="submit" className="button primary" disabled={!changed || set.isPending}>{t('policy.set')}</button></div>
    </form>
  );
}
